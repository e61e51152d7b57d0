/* Filling in crm_error: one call per way of ending. All take a NULL error. */
#ifndef CRM_I_ERROR_H
#define CRM_I_ERROR_H

#include "base/compiler.h"
#include "crmcore/base.h"

/* Clears the error and answers CRM_OK. */
crm_status crm_i_ok(crm_error *err);

/* Answers status. text: one sentence, static. arg: 1-based, 0 if none. */
crm_status crm_i_fail(crm_error *err, crm_status status, int32_t arg, const char *text);
crm_status crm_i_fail_value(crm_error *err, crm_status status, int32_t arg, double value, const char *text);
crm_status crm_i_fail_row(crm_error *err, crm_status status, int32_t arg, int64_t row, double value,
                          const char *text);
crm_status crm_i_fail_memory(crm_error *err);

/* Appends to the sentence of an error, cut at its end: for names and numbers, without the locale. */
void crm_i_text_add(crm_error *err, const char *text);
void crm_i_text_add_i64(crm_error *err, int64_t value);
void crm_i_text_add_u64(crm_error *err, uint64_t value);
void crm_i_text_add_f64(crm_error *err, double value); /* %.6g, in effect */

/* What was bad in the rows of a column call: one per block or worker, merged in any order to the same
 * answer. */
typedef struct crm_i_bad {
    int64_t first; /* -1: none */
    int64_t count;
    double value;
    int32_t arg;
    const char *text;
} crm_i_bad;

crm_i_bad crm_i_bad_none(void);
void crm_i_bad_note(crm_i_bad *bad, int64_t row, int32_t arg, double value, const char *text);
void crm_i_bad_merge(crm_i_bad *into, const crm_i_bad *from);

/* CRM_OK if there was none, else CRM_BAD_ROWS with the error filled in. */
crm_status crm_i_bad_end(const crm_i_bad *bad, crm_error *err);

#endif
