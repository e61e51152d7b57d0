/* The accounts of a stream and the table that finds them: open addressing by a mixed key. */
#include <string.h>

#include "data/stream.h"
#include "numeric/sort.h"

enum { PLACES_LEAST = 16 };

crm_stream *crm_i_stream_new(const crm_context *context)
{
    const crm_allocator allocator = crm_i_allocator(context);
    crm_stream *stream = crm_i_alloc_zeroed(&allocator, 1, (int64_t)sizeof *stream);
    if (!stream)
        return NULL;
    crm_i_handle_start(&stream->handle, context);
    stream->earliest = INT64_MAX;
    stream->latest = INT64_MIN;
    stream->gaps = crm_i_gaps_none();
    /* Where the handle happens to lie decides which keys fall together, so that nobody can choose keys that
     * do. */
    stream->seed = (uint64_t)(uintptr_t)stream * UINT64_C(0xD6E8FEB86659FD93);
    return stream;
}

void crm_stream_destroy(crm_stream *stream)
{
    if (!stream || !crm_i_handle_drop(&stream->handle))
        return;
    const crm_allocator allocator = stream->handle.allocator;
    crm_i_gaps_release(&allocator, &stream->gaps);
    crm_i_release(&allocator, stream->account, stream->capacity, (int64_t)sizeof *stream->account);
    crm_i_release(&allocator, stream->place, stream->places, (int64_t)sizeof *stream->place);
    crm_i_release(&allocator, stream, 1, (int64_t)sizeof *stream);
}

/* Where a key stands, or the free place where it belongs. */
CRM_I_INLINE crm_i_place *find(const crm_stream *stream, uint64_t key)
{
    const uint64_t mask = (uint64_t)stream->places - 1;
    uint64_t z = key ^ stream->seed;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    uint64_t at = (z ^ (z >> 31)) & mask;
    while (stream->place[at].account >= 0 && stream->place[at].key != key)
        at = (at + 1) & mask;
    return &stream->place[at];
}

int64_t crm_i_stream_find(const crm_stream *stream, uint64_t key)
{
    return stream->places == 0 ? -1 : find(stream, key)->account;
}

/* A table of so many places with the same accounts, put in in their order. */
static int32_t resize(crm_stream *stream, int64_t places)
{
    const crm_allocator *allocator = &stream->handle.allocator;
    crm_i_place *place = crm_i_alloc(allocator, places, (int64_t)sizeof *place);
    if (!place)
        return 0;
    for (int64_t i = 0; i < places; i++)
        place[i].account = -1;
    crm_i_release(allocator, stream->place, stream->places, (int64_t)sizeof *stream->place);
    stream->place = place;
    stream->places = places;
    for (int64_t i = 0; i < stream->n; i++) {
        crm_i_place *p = find(stream, stream->account[i].key);
        p->key = stream->account[i].key;
        p->account = i;
    }
    return 1;
}

int32_t crm_i_stream_reserve(crm_stream *stream, int64_t more)
{
    if (more > INT64_MAX / 1024 - stream->n)
        return 0;
    const int64_t want = stream->n + more;
    if (want > stream->capacity) {
        void *block = stream->account;
        if (!crm_i_grow(&stream->handle.allocator, &block, &stream->capacity, stream->n, want,
                        (int64_t)sizeof *stream->account))
            return 0;
        stream->account = block;
    }
    int64_t places = stream->places > 0 ? stream->places : PLACES_LEAST;
    while (want > places / 4 * 3)
        places *= 2;
    return places == stream->places || resize(stream, places);
}

int64_t crm_i_stream_insert(crm_stream *stream, uint64_t key)
{
    crm_i_place *place = find(stream, key);
    place->key = key;
    place->account = stream->n;
    stream->account[stream->n] = crm_i_account_start(key);
    return stream->n++;
}

/* The newest went to the end of its chain, so that nothing is behind it. */
void crm_i_stream_remove_newest(crm_stream *stream)
{
    stream->n--;
    find(stream, stream->account[stream->n].key)->account = -1;
}

void crm_i_stream_order(const crm_stream *stream, struct crm_i_sort_pair *pair,
                        struct crm_i_sort_pair *scratch)
{
    for (int64_t i = 0; i < stream->n; i++) {
        pair[i].key = stream->account[i].key;
        pair[i].index = i;
    }
    crm_i_sort_pairs(stream->n, pair, scratch);
}
