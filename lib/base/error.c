/* Filling in crm_error, and collecting the bad rows of a column call. */
#include "base/error.h"

#include <math.h>
#include <string.h>

/* A memset of the whole would become a string instruction that takes longer than many a call; pieces become
 * stores. */
static void clear_text(crm_error *err)
{
    enum { PIECE = 32, PIECES = (int)sizeof err->text / PIECE };
    for (int i = 0; i < PIECES; i++)
        memset(err->text + i * PIECE, 0, PIECE);
}

crm_status crm_i_ok(crm_error *err)
{
    if (!err)
        return CRM_OK;
    err->status = CRM_OK;
    err->arg = 0;
    err->row = -1;
    err->bad_rows = 0;
    err->value = (double)NAN;
    clear_text(err);
    return CRM_OK;
}

crm_status crm_i_fail(crm_error *err, crm_status status, int32_t arg, const char *text)
{
    return crm_i_fail_value(err, status, arg, (double)NAN, text);
}

crm_status crm_i_fail_value(crm_error *err, crm_status status, int32_t arg, double value, const char *text)
{
    if (!err)
        return status;
    crm_i_ok(err);
    err->status = status;
    err->arg = arg;
    err->value = value;
    crm_i_text_add(err, text);
    return status;
}

crm_status crm_i_fail_row(crm_error *err, crm_status status, int32_t arg, int64_t row, double value,
                          const char *text)
{
    crm_i_fail_value(err, status, arg, value, text);
    if (err) {
        err->row = row;
        err->bad_rows = 1;
    }
    return status;
}

crm_status crm_i_fail_memory(crm_error *err)
{
    return crm_i_fail(err, CRM_E_MEMORY, 0, "The allocator gave no memory.");
}

crm_i_bad crm_i_bad_none(void)
{
    const crm_i_bad none = {-1, 0, (double)NAN, 0, NULL};
    return none;
}

/* Of two bad rows the one further up is named, whichever is noted first. */
void crm_i_bad_note(crm_i_bad *bad, int64_t row, int32_t arg, double value, const char *text)
{
    bad->count++;
    if (bad->first >= 0 && bad->first <= row)
        return;
    bad->first = row;
    bad->arg = arg;
    bad->value = value;
    bad->text = text;
}

void crm_i_bad_merge(crm_i_bad *into, const crm_i_bad *from)
{
    if (from->count == 0)
        return;
    const int64_t count = into->count + from->count;
    if (into->count == 0 || from->first < into->first)
        *into = *from;
    into->count = count;
}

crm_status crm_i_bad_end(const crm_i_bad *bad, crm_error *err)
{
    if (bad->count == 0)
        return crm_i_ok(err);
    crm_i_fail_row(err, CRM_BAD_ROWS, bad->arg, bad->first, bad->value, bad->text);
    if (err)
        err->bad_rows = bad->count;
    return CRM_BAD_ROWS;
}
