/* Names: texts kept end to end in one block, found through an open-addressing table of their hashes. A text
 * whose places in the table are all taken goes into a balanced tree instead, so that texts made to collide
 * cost a logarithm, not a walk through all of them; keys depend on the order of first sight only, never on
 * the hash. */
#include "data/names.h"

#include <string.h>

#include "base/error.h"
#include "data/names_tree.h"
#include "numeric/sort.h"

enum { PLACES = 64, LEAST_SLOTS = 16 };

/* A slot holds the upper bits of the hash over the key + 1; 0 is free. */
enum { KEY_BITS = 40 };
static const uint64_t key_mask = ((uint64_t)1 << KEY_BITS) - 1;

struct crm_names {
    crm_i_handle handle;
    int64_t n;
    int64_t *start; /* n + 1 of them; text k ends one before start[k + 1], with a zero there */
    int64_t start_capacity;
    char *bytes;
    int64_t bytes_capacity;
    uint64_t *hash; /* of each text */
    int64_t hash_capacity;
    uint64_t *slot;
    int64_t slots; /* a power of two, at least twice n: a walk through all of them meets a free one */
    crm_i_names_tree tree;
};

static int64_t used_bytes(const crm_names *names)
{
    return names->n ? names->start[names->n] : 0;
}

static int64_t length_of(const crm_names *names, int64_t key)
{
    return names->start[key + 1] - names->start[key] - 1;
}

static int compare_texts(const char *a, int64_t a_length, const char *b, int64_t b_length)
{
    const int64_t common = a_length < b_length ? a_length : b_length;
    const int differ = common > 0 ? memcmp(a, b, (size_t)common) : 0;
    if (differ != 0)
        return differ < 0 ? -1 : 1;
    return a_length < b_length ? -1 : (a_length > b_length ? 1 : 0);
}

/* The order of the tree. */
static int compare_with_key(const void *self, const char *text, int64_t length, int64_t key)
{
    const crm_names *names = self;
    return compare_texts(text, length, names->bytes + names->start[key], length_of(names, key));
}

/* ---- hashing ---- */

static uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= 0x9e3779b97f4a7c15u;
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9u;
    h ^= h >> 32;
    return h;
}

static uint64_t hash_text(const char *text, int64_t length)
{
    uint64_t h = (uint64_t)length * 0x94d049bb133111ebu;
    int64_t i = 0;
    for (; length - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, text + i, sizeof word);
        h = (h ^ word) * 0x9e3779b97f4a7c15u;
        h ^= h >> 32;
    }
    uint64_t rest = 0;
    if (length > i)
        memcpy(&rest, text + i, (size_t)(length - i));
    return mix(h ^ rest);
}

/* ---- the table ---- */

/* The key of a text, or -1; then *free_slot is where it would go, or -1 if it would go into the tree. */
static int64_t look_up(const crm_names *names, const char *text, int64_t length, uint64_t hash,
                       int64_t *free_slot)
{
    const uint64_t mask = (uint64_t)names->slots - 1;
    for (uint64_t place = 0; place < PLACES; place++) {
        const uint64_t at = (hash + place) & mask;
        const uint64_t slot = names->slot[at];
        if (slot == 0) {
            *free_slot = (int64_t)at;
            return -1;
        }
        if ((slot ^ hash) >> KEY_BITS != 0)
            continue;
        const int64_t key = (int64_t)(slot & key_mask) - 1;
        if (names->hash[key] == hash && length_of(names, key) == length &&
            (length == 0 || memcmp(names->bytes + names->start[key], text, (size_t)length) == 0))
            return key;
    }
    *free_slot = -1;
    return crm_i_names_tree_find(&names->tree, compare_with_key, names, text, length);
}

/* Puts key, not there yet, into the slot that look_up named, or the tree, which has room. */
static void place(crm_names *names, int64_t key, int64_t free_slot)
{
    const uint64_t hash = names->hash[key];
    if (free_slot >= 0)
        names->slot[free_slot] = (hash & ~key_mask) | (uint64_t)(key + 1);
    else
        crm_i_names_tree_add(&names->tree, compare_with_key, names, names->bytes + names->start[key],
                             length_of(names, key), key);
}

/* Empties table and tree and places keys 0 .. n-1 anew. That needs no memory: keys are always placed in
 * ascending order, so that in as many slots the same keys, or the first of them, find their places again, and
 * in twice the slots a key goes into the tree only if it did before. For what is taken there, folded onto
 * half the slots, is taken here, key by key: a place that the larger table takes first is in the smaller one
 * taken already, or the first free one as well. */
static void place_all(crm_names *names)
{
    memset(names->slot, 0, (size_t)names->slots * sizeof *names->slot);
    names->tree.n = 0;
    names->tree.root = -1;
    for (int64_t key = 0; key < names->n; key++) {
        const uint64_t mask = (uint64_t)names->slots - 1;
        const uint64_t hash = names->hash[key];
        int64_t free_slot = -1;
        for (uint64_t p = 0; p < PLACES && free_slot < 0; p++)
            if (names->slot[(hash + p) & mask] == 0)
                free_slot = (int64_t)((hash + p) & mask);
        place(names, key, free_slot);
    }
}

/* Room for one name more, of so many bytes; 0 if there is none, and nothing changed that can be seen. Text
 * and names lie in one memory, so that their lengths together are no overflow. */
static int32_t reserve(crm_names *names, int64_t length)
{
    const crm_allocator *allocator = &names->handle.allocator;
    const int64_t n = names->n;
    const int64_t used = used_bytes(names);
    void *start = names->start;
    void *bytes = names->bytes;
    void *hash = names->hash;
    if ((uint64_t)n >= key_mask - 1)
        return 0;
    const int32_t ok = crm_i_grow(allocator, &start, &names->start_capacity, n + 1, n + 2, 8) &&
                       crm_i_grow(allocator, &bytes, &names->bytes_capacity, used, used + length + 1, 1) &&
                       crm_i_grow(allocator, &hash, &names->hash_capacity, n, n + 1, 8);
    names->start = start;
    names->bytes = bytes;
    names->hash = hash;
    return ok;
}

/* A table of twice the slots. */
static int32_t widen(crm_names *names)
{
    const crm_allocator *allocator = &names->handle.allocator;
    uint64_t *old = names->slot;
    const int64_t old_slots = names->slots;
    uint64_t *slot = crm_i_alloc(allocator, 2 * old_slots, 8);
    if (!slot)
        return 0;
    names->slot = slot;
    names->slots = 2 * old_slots;
    place_all(names);
    crm_i_release(allocator, old, old_slots, 8);
    return 1;
}

/* The key of a text, added if it is not there; -1 if there is no memory. */
static int64_t intern(crm_names *names, const char *text, int64_t length)
{
    const uint64_t hash = hash_text(text, length);
    int64_t free_slot;
    const int64_t found = look_up(names, text, length, hash, &free_slot);
    if (found >= 0)
        return found;
    const int64_t key = names->n;
    if (!reserve(names, length))
        return -1;
    if (2 * (key + 1) > names->slots) {
        if (!widen(names))
            return -1;
        look_up(names, text, length, hash, &free_slot);
    }
    if (free_slot < 0 && !crm_i_names_tree_reserve(&names->tree, &names->handle.allocator))
        return -1;
    const int64_t at = used_bytes(names);
    if (length > 0)
        memcpy(names->bytes + at, text, (size_t)length);
    names->bytes[at + length] = 0;
    names->start[key] = at;
    names->start[key + 1] = at + length + 1;
    names->hash[key] = hash;
    names->n++;
    place(names, key, free_slot);
    return key;
}

/* Takes back the names from n on. */
static void take_back(crm_names *names, int64_t n)
{
    if (names->n == n)
        return;
    names->n = n;
    place_all(names);
}

/* ---- the calls ---- */

crm_status crm_names_create(const crm_context *context, crm_names **out, crm_error *err)
{
    if (!out)
        return crm_i_fail(err, CRM_E_NULL, 2, "out is NULL.");
    const crm_allocator allocator = crm_i_allocator(context);
    crm_names *names = crm_i_alloc_zeroed(&allocator, 1, (int64_t)sizeof *names);
    if (!names)
        return crm_i_fail_memory(err);
    crm_i_handle_start(&names->handle, context);
    names->slots = LEAST_SLOTS;
    names->tree.root = -1;
    names->slot = crm_i_alloc_zeroed(&allocator, LEAST_SLOTS, 8);
    if (!names->slot) {
        crm_i_release(&allocator, names, 1, (int64_t)sizeof *names);
        return crm_i_fail_memory(err);
    }
    *out = names;
    return crm_i_ok(err);
}

void crm_names_destroy(crm_names *names)
{
    if (!names || !crm_i_handle_drop(&names->handle))
        return;
    const crm_allocator allocator = names->handle.allocator;
    crm_i_release(&allocator, names->start, names->start_capacity, 8);
    crm_i_release(&allocator, names->bytes, names->bytes_capacity, 1);
    crm_i_release(&allocator, names->hash, names->hash_capacity, 8);
    crm_i_release(&allocator, names->slot, names->slots, 8);
    crm_i_names_tree_release(&names->tree, &allocator);
    crm_i_release(&allocator, names, 1, (int64_t)sizeof *names);
}

static crm_status check_texts(const crm_names *names, int64_t n, const int64_t *offsets, const char *bytes,
                              const uint64_t *key, crm_error *err)
{
    if (!names)
        return crm_i_fail(err, CRM_E_NULL, 1, "names is NULL.");
    if (n < 0)
        return crm_i_fail_value(err, CRM_E_ARGUMENT, 2, (double)n, "n is negative.");
    if (n == 0)
        return CRM_OK;
    if (!offsets)
        return crm_i_fail(err, CRM_E_NULL, 3, "offsets is NULL.");
    if (!key)
        return crm_i_fail(err, CRM_E_NULL, 5, "key is NULL.");
    if (offsets[0] < 0)
        return crm_i_fail_row(err, CRM_E_ORDER, 3, 0, (double)offsets[0], "An offset is negative.");
    for (int64_t i = 0; i < n; i++)
        if (offsets[i + 1] < offsets[i])
            return crm_i_fail_row(err, CRM_E_ORDER, 3, i, (double)offsets[i + 1],
                                  "The offsets are not ascending.");
    if (!bytes && offsets[n] > offsets[0])
        return crm_i_fail(err, CRM_E_NULL, 4, "bytes is NULL.");
    return CRM_OK;
}

/* The text at an offset; of empty texts bytes may be NULL. */
static const char *text_at(const char *bytes, int64_t offset)
{
    return bytes ? bytes + offset : "";
}

crm_status crm_names_intern(crm_names *names, int64_t n, const int64_t *offsets, const char *bytes,
                            uint64_t *key, crm_error *err)
{
    const crm_status status = check_texts(names, n, offsets, bytes, key, err);
    if (status < 0)
        return status;
    const crm_allocator allocator = names->handle.allocator;
    const int64_t before = names->n;
    uint64_t *made = crm_i_alloc(&allocator, n, 8); /* key is written only once nothing can fail */
    if (!made)
        return crm_i_fail_memory(err);
    int64_t i = 0;
    for (; i < n; i++) {
        const int64_t k = intern(names, text_at(bytes, offsets[i]), offsets[i + 1] - offsets[i]);
        if (k < 0)
            break;
        made[i] = (uint64_t)k;
    }
    if (i == n && n > 0)
        memcpy(key, made, (size_t)n * sizeof *key);
    crm_i_release(&allocator, made, n, 8);
    if (i == n)
        return crm_i_ok(err);
    take_back(names, before);
    return crm_i_fail_memory(err);
}

static int64_t find(const crm_names *names, const char *text, int64_t length)
{
    int64_t free_slot;
    return look_up(names, text, length, hash_text(text, length), &free_slot);
}

crm_status crm_names_find(const crm_names *names, int64_t n, const int64_t *offsets, const char *bytes,
                          uint64_t *key, crm_error *err)
{
    const crm_status status = check_texts(names, n, offsets, bytes, key, err);
    if (status < 0)
        return status;
    for (int64_t i = 0; i < n; i++)
        if (find(names, text_at(bytes, offsets[i]), offsets[i + 1] - offsets[i]) < 0)
            return crm_i_fail_row(err, CRM_E_KEY, 4, i, (double)i, "A text is not among the names.");
    for (int64_t i = 0; i < n; i++)
        key[i] = (uint64_t)find(names, text_at(bytes, offsets[i]), offsets[i + 1] - offsets[i]);
    return crm_i_ok(err);
}

crm_status crm_names_get(const crm_names *names, uint64_t key, const char **text, int64_t *length,
                         crm_error *err)
{
    if (!names)
        return crm_i_fail(err, CRM_E_NULL, 1, "names is NULL.");
    if (!text)
        return crm_i_fail(err, CRM_E_NULL, 3, "text is NULL.");
    if (!length)
        return crm_i_fail(err, CRM_E_NULL, 4, "length is NULL.");
    if (key >= (uint64_t)names->n)
        return crm_i_fail_value(err, CRM_E_KEY, 2, (double)key, "There is no name of this key.");
    *text = names->bytes + names->start[key];
    *length = length_of(names, (int64_t)key);
    return crm_i_ok(err);
}

crm_status crm_names_merge(crm_names *into, const crm_names *from, uint64_t *remap, crm_error *err)
{
    if (!into)
        return crm_i_fail(err, CRM_E_NULL, 1, "into is NULL.");
    if (!from)
        return crm_i_fail(err, CRM_E_NULL, 2, "from is NULL.");
    if (!remap && from->n > 0)
        return crm_i_fail(err, CRM_E_NULL, 3, "remap is NULL.");
    const int64_t n = from->n;
    const crm_allocator allocator = into->handle.allocator;
    const int64_t before = into->n;
    uint64_t *made = crm_i_alloc(&allocator, n, 8);
    if (!made)
        return crm_i_fail_memory(err);
    int64_t i = 0;
    for (; i < n; i++) { /* into itself changes nothing: every name is there */
        const int64_t k = intern(into, from->bytes + from->start[i], length_of(from, i));
        if (k < 0)
            break;
        made[i] = (uint64_t)k;
    }
    if (i == n && n > 0)
        memcpy(remap, made, (size_t)n * sizeof *remap);
    crm_i_release(&allocator, made, n, 8);
    if (i == n)
        return crm_i_ok(err);
    take_back(into, before);
    return crm_i_fail_memory(err);
}

int64_t crm_names_count(const crm_names *names)
{
    return names ? names->n : 0;
}

/* ---- for the rest of the room ---- */

/* Counting is no change that a reader could see. */
void crm_i_names_keep(const crm_names *names)
{
    if (names)
        crm_i_handle_keep(&((crm_names *)(uintptr_t)names)->handle);
}

void crm_i_names_drop(const crm_names *names)
{
    crm_names_destroy((crm_names *)(uintptr_t)names);
}

/* Eight bytes from an offset on as a number that sorts as they do; zeros stand for what is past the end. */
static uint64_t prefix_of(const char *text, int64_t length, int64_t offset)
{
    uint64_t prefix = 0;
    for (int64_t i = 0; i < 8; i++) {
        const int64_t at = offset + i;
        prefix = prefix << 8 | (at < length ? (uint64_t)(unsigned char)text[at] : 0);
    }
    return prefix;
}

static int compare_keys(const crm_names *names, uint64_t a, uint64_t b)
{
    return compare_with_key(names, names->bytes + names->start[a], length_of(names, (int64_t)a), (int64_t)b);
}

/* Bytes with which all of the names begin. n > 0. */
static int64_t common_length(const crm_names *names, int64_t n, const uint64_t *key)
{
    int64_t common = length_of(names, (int64_t)key[0]);
    for (int64_t i = 1; i < n; i++) {
        const char *a = names->bytes + names->start[key[0]];
        const char *b = names->bytes + names->start[key[i]];
        const int64_t length = length_of(names, (int64_t)key[i]);
        int64_t same = 0;
        while (same < common && same < length && a[same] == b[same])
            same++;
        common = same;
    }
    return common;
}

/* Merges two runs of order, first .. middle-1 and middle .. end-1, through scratch. */
static void merge_runs(const crm_names *names, const uint64_t *key, int64_t *order, int64_t *scratch,
                       int64_t first, int64_t middle, int64_t end)
{
    int64_t a = first;
    int64_t b = middle;
    for (int64_t at = first; at < end; at++) {
        const int take_a = b == end || (a < middle && compare_keys(names, key[order[a]], key[order[b]]) < 0);
        scratch[at] = take_a ? order[a++] : order[b++];
    }
    memcpy(order + first, scratch + first, (size_t)(end - first) * sizeof *order);
}

/* Sorts order[first .. end-1] by comparing whole texts. */
static void sort_ties(const crm_names *names, const uint64_t *key, int64_t *order, int64_t *scratch,
                      int64_t first, int64_t end)
{
    for (int64_t width = 1; width < end - first; width *= 2)
        for (int64_t at = first; at < end - width; at += 2 * width)
            merge_runs(names, key, order, scratch, at, at + width,
                       end - at < 2 * width ? end : at + 2 * width);
}

void crm_i_names_order(const crm_names *names, int64_t n, const uint64_t *key, int64_t *order,
                       struct crm_i_sort_pair *pair, struct crm_i_sort_pair *scratch)
{
    const int64_t common = common_length(names, n, key);
    for (int64_t i = 0; i < n; i++) {
        pair[i].key =
            prefix_of(names->bytes + names->start[key[i]], length_of(names, (int64_t)key[i]), common);
        pair[i].index = i;
    }
    crm_i_sort_pairs(n, pair, scratch);
    for (int64_t i = 0; i < n; i++)
        order[i] = pair[i].index;
    for (int64_t first = 0; first < n;) {
        int64_t end = first + 1;
        while (end < n && pair[end].key == pair[first].key)
            end++;
        sort_ties(names, key, order, (int64_t *)(void *)scratch, first, end);
        first = end;
    }
}
