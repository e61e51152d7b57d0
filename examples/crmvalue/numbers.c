/* Text to numbers and back, strictly and without the locale. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crmvalue.h"

static int digits(const char *text, int n, int *out)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        value = value * 10 + (text[i] - '0');
    }
    *out = value;
    return 1;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar, with years that begin in March, so that the leap
 * day is the last of its year. */
static int64_t days_of(int year, int month, int day)
{
    const int64_t y = month > 2 ? year : year - 1;
    const int64_t m = month > 2 ? month - 3 : month + 9;
    const int64_t before = 365 * y + y / 4 - y / 100 + y / 400;
    return before + (153 * m + 2) / 5 + day - 1 - 719468;
}

int parse_date(const char *text, int64_t length, int64_t *day)
{
    static const int month_days[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int y, m, d;
    if (length != 10 || text[4] != '-' || text[7] != '-' || !digits(text, 4, &y) ||
        !digits(text + 5, 2, &m) || !digits(text + 8, 2, &d))
        return 0;
    const int leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    if (y < 1 || m < 1 || m > 12 || d < 1 || d > month_days[m - 1] || (m == 2 && d == 29 && !leap))
        return 0;
    *day = days_of(y, m, d);
    return 1;
}

void format_date(int64_t day, char buffer[16])
{
    int year = (int)(day < 0 ? 1970 + day / 365 : 1970 + day / 366) - 1; /* not after the year sought */
    while (days_of(year + 1, 1, 1) <= day)
        year++;
    int month = 1;
    while (month < 12 && days_of(year, month + 1, 1) <= day)
        month++;
    snprintf(buffer, 16, "%04d-%02d-%02d", year % 10000, month,
             (int)(day - days_of(year, month, 1) + 1) % 100);
}

int parse_decimal(const char *text, int64_t length, int32_t decimals, int64_t *out, const char **reason)
{
    const char *end = text + length;
    const int negative = text < end && *text == '-';
    if (text < end && (*text == '-' || *text == '+'))
        text++;
    uint64_t value = 0;
    const uint64_t most = (uint64_t)INT64_MAX;
    int any = 0, places = -1;
    for (; text < end; text++) {
        if (*text == '.' && places < 0) {
            places = 0;
            continue;
        }
        if (*text < '0' || *text > '9') {
            *reason = "is not a plain decimal number";
            return 0;
        }
        any = 1;
        if (places >= 0 && ++places > decimals) {
            *reason = "has more decimal places than --decimals allows";
            return 0;
        }
        const uint64_t digit = (uint64_t)(*text - '0');
        if (value > (most - digit) / 10) {
            *reason = "is too large";
            return 0;
        }
        value = value * 10 + digit;
    }
    if (!any) {
        *reason = length == 0 ? "is empty" : "is not a plain decimal number";
        return 0;
    }
    for (int i = places < 0 ? 0 : places; i < decimals; i++) {
        if (value > most / 10) {
            *reason = "is too large";
            return 0;
        }
        value *= 10;
    }
    *out = negative ? -(int64_t)value : (int64_t)value;
    return 1;
}

int parse_integer(const char *text, int64_t length, int64_t *out)
{
    const char *reason;
    for (int64_t i = 0; i < length; i++)
        if (text[i] == '.')
            return 0;
    return parse_decimal(text, length, 0, out, &reason);
}

int parse_number(const char *text, double *out)
{
    /* strtod also takes hexadecimal, infinities and leading blanks; a command line should not. The program
     * never sets a locale, so the decimal sign is the point. */
    if (*text == '\0' || strspn(text, "0123456789.eE+-") != strlen(text))
        return 0;
    char *end;
    const double x = strtod(text, &end);
    if (*end != '\0' || !isfinite(x))
        return 0;
    *out = x;
    return 1;
}

double unit_days(const char *name)
{
    if (strcmp(name, "day") == 0)
        return 1.0;
    if (strcmp(name, "week") == 0)
        return 7.0;
    if (strcmp(name, "month") == 0)
        return 365.25 / 12.0;
    if (strcmp(name, "year") == 0)
        return 365.25;
    return 0.0;
}

const char *shortest(double x, char buffer[32])
{
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(buffer, 32, "%.*g", precision, x);
        if (strtod(buffer, NULL) == x)
            break;
    }
    return buffer;
}
