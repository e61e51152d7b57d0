/* The sentence of an error: names and numbers appended without printf, hence without the locale. */
#include "base/error.h"

#include <math.h>
#include <string.h>

enum { TEXT_MOST = (int)sizeof(((crm_error *)0)->text) - 1 };

/* A character of UTF-8 is kept whole: of one that does not fit nothing is taken. */
void crm_i_text_add(crm_error *err, const char *text)
{
    if (!err || !text)
        return;
    size_t room = TEXT_MOST - strlen(err->text);
    char *end = err->text + strlen(err->text);
    size_t take = strlen(text);
    if (take > room) {
        take = room;
        while (take > 0 && ((unsigned char)text[take] & 0xC0u) == 0x80u)
            take--;
    }
    memcpy(end, text, take);
    end[take] = '\0';
}

void crm_i_text_add_u64(crm_error *err, uint64_t value)
{
    char digits[21];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + (int)(value % 10));
        value /= 10;
    } while (value);
    crm_i_text_add(err, digits + at);
}

void crm_i_text_add_i64(crm_error *err, int64_t value)
{
    if (value < 0)
        crm_i_text_add(err, "-");
    crm_i_text_add_u64(err, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

/* ---- doubles ---- */

/* A finite double > 0 written out exactly, in groups of nine decimal digits, most significant first. A double
 * has at most 309 digits before the point (35 groups) and 1074 behind it (120). */
enum { GROUPS_WHOLE = 35, GROUPS = GROUPS_WHOLE + 120, GROUP_DIGITS = 9, DIGITS_SHOWN = 6 };
#define GROUP_BASE 1000000000u

typedef struct decimal {
    uint32_t group[GROUPS]; /* the point stands before group[GROUPS_WHOLE] */
} decimal;

static void decimal_double_whole(decimal *d)
{
    uint32_t carry = 0;
    for (int i = GROUPS_WHOLE - 1; i >= 0; i--) {
        const uint32_t sum = 2 * d->group[i] + carry;
        carry = sum >= GROUP_BASE;
        d->group[i] = carry ? sum - GROUP_BASE : sum;
    }
}

static void decimal_halve(decimal *d)
{
    uint32_t carry = 0;
    for (int i = 0; i < GROUPS; i++) {
        const uint32_t odd = d->group[i] & 1u;
        d->group[i] = d->group[i] / 2 + (carry ? GROUP_BASE / 2 : 0);
        carry = odd;
    }
}

static void decimal_from(decimal *d, double value)
{
    memset(d, 0, sizeof *d);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    const int field = (int)(bits >> 52); /* the sign is 0 */
    const uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    uint64_t whole = field ? fraction | (uint64_t)1 << 52 : fraction;
    int exponent = (field ? field : 1) - 1075;
    for (int i = GROUPS_WHOLE - 1; whole; i--) {
        d->group[i] = (uint32_t)(whole % GROUP_BASE);
        whole /= GROUP_BASE;
    }
    for (; exponent > 0; exponent--)
        decimal_double_whole(d);
    for (; exponent < 0; exponent++)
        decimal_halve(d);
}

static int decimal_digit(const decimal *d, int at)
{
    uint32_t group = d->group[at / GROUP_DIGITS];
    for (int i = at % GROUP_DIGITS; i < GROUP_DIGITS - 1; i++)
        group /= 10;
    return (int)(group % 10);
}

static int decimal_is_zero_from(const decimal *d, int at)
{
    for (; at < GROUPS * GROUP_DIGITS; at++)
        if (decimal_digit(d, at))
            return 0;
    return 1;
}

/* The first six digits, rounded half to even on the exact value, as a whole number in 100000..999999;
 * *exponent is that of the first digit. */
static int32_t decimal_round(const decimal *d, int *exponent)
{
    int first = 0;
    while (decimal_digit(d, first) == 0)
        first++;
    int32_t shown = 0;
    for (int i = 0; i < DIGITS_SHOWN; i++)
        shown = shown * 10 + decimal_digit(d, first + i);
    const int next = decimal_digit(d, first + DIGITS_SHOWN);
    const int tie = next == 5 && decimal_is_zero_from(d, first + DIGITS_SHOWN + 1);
    if (next > 5 || (next == 5 && !tie) || (tie && (shown & 1)))
        shown++;
    *exponent = GROUPS_WHOLE * GROUP_DIGITS - 1 - first;
    if (shown == 1000000) {
        shown = 100000;
        (*exponent)++;
    }
    return shown;
}

/* As %g: digits with a point, without zeros at the end; with an exponent outside 1e-4..1e6. */
static void add_digits(crm_error *err, int32_t shown, int exponent)
{
    char digit[DIGITS_SHOWN];
    for (int i = DIGITS_SHOWN - 1; i >= 0; i--) {
        digit[i] = (char)('0' + shown % 10);
        shown /= 10;
    }
    int count = DIGITS_SHOWN;
    while (count > 1 && digit[count - 1] == '0')
        count--;
    const int scientific = exponent < -4 || exponent >= DIGITS_SHOWN;
    const int whole = scientific ? 1 : exponent + 1; /* digits before the point */
    char out[24];
    size_t at = 0;
    if (whole <= 0) {
        out[at++] = '0';
        out[at++] = '.';
        for (int i = whole; i < 0; i++)
            out[at++] = '0';
    }
    for (int i = 0; i < count || i < whole; i++) {
        if (i == whole && i > 0)
            out[at++] = '.';
        out[at++] = i < count ? digit[i] : '0';
    }
    if (scientific) {
        const int size = exponent < 0 ? -exponent : exponent;
        out[at++] = 'e';
        out[at++] = exponent < 0 ? '-' : '+';
        if (size >= 100)
            out[at++] = (char)('0' + size / 100);
        out[at++] = (char)('0' + size / 10 % 10);
        out[at++] = (char)('0' + size % 10);
    }
    out[at] = '\0';
    crm_i_text_add(err, out);
}

void crm_i_text_add_f64(crm_error *err, double value)
{
    if (!err)
        return;
    if (isnan(value)) {
        crm_i_text_add(err, "nan");
        return;
    }
    if (signbit(value))
        crm_i_text_add(err, "-");
    if (isinf(value) || fabs(value) == 0.0) {
        crm_i_text_add(err, isinf(value) ? "inf" : "0");
        return;
    }
    decimal d;
    decimal_from(&d, fabs(value));
    int exponent;
    const int32_t shown = decimal_round(&d, &exponent);
    add_digits(err, shown, exponent);
}
