/* The public data sets for tests: plain commas, a header, whole customer numbers, dates as YYYY-MM-DD. No strictness:
 * the files are known. */
#ifndef CRM_CSV_H
#define CRM_CSV_H

#include "test.h"

/* Rows in file order: time in days since 1970-01-01, amount in cents (0 where the file has none). */
typedef struct csv_log {
    int64_t n;
    uint64_t *key;
    int64_t *time;
    int64_t *amount;
} csv_log;

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar. */
static inline int64_t csv_day(int64_t year, int64_t month, int64_t day)
{
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t era = (y >= 0 ? y : y - 399) / 400;
    const int64_t of_era = y - era * 400;
    const int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* "12.3" is 1230. */
static inline int64_t csv_cents(const char *text)
{
    const int negative = *text == '-';
    int64_t cents = 0;
    int places = -1;
    for (text += negative; (*text >= '0' && *text <= '9') || *text == '.'; text++) {
        if (*text == '.') {
            places = 0;
        } else if (places < 2) {
            cents = 10 * cents + (*text - '0');
            places += places >= 0;
        }
    }
    for (places = places < 0 ? 0 : places; places < 2; places++)
        cents *= 10;
    return negative ? -cents : cents;
}

static inline void csv_free(csv_log *log)
{
    free(log->key);
    free(log->time);
    free(log->amount);
    memset(log, 0, sizeof *log);
}

/* Field i of a line, from 0; NULL if there are fewer. */
static inline const char *csv_field(const char *line, int i)
{
    for (; i > 0 && line; i--) {
        line = strchr(line, ',');
        line = line ? line + 1 : NULL;
    }
    return line;
}

/* Which field of the header has a name; -1 if none. */
static inline int csv_column(const char *header, const char *name)
{
    const size_t length = strlen(name);
    for (int i = 0;; i++) {
        const char *field = csv_field(header, i);
        if (!field)
            return -1;
        if (strncmp(field, name, length) == 0 && strchr(",\r\n", field[length]))
            return i;
    }
}

/* The log in a file whose header has customer, date and perhaps amount; 0 if it cannot be read. */
static inline int csv_read_log(const char *path, csv_log *log)
{
    char line[4096];
    memset(log, 0, sizeof *log);
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    if (!fgets(line, (int)sizeof line, f)) {
        fclose(f);
        return 0;
    }
    const int customer = csv_column(line, "customer");
    const int date = csv_column(line, "date");
    const int amount = csv_column(line, "amount");
    int64_t capacity = 0;
    while (customer >= 0 && date >= 0 && fgets(line, (int)sizeof line, f)) {
        long year;
        long month;
        long day;
        const char *when = csv_field(line, date);
        if (!when || sscanf(when, "%ld-%ld-%ld", &year, &month, &day) != 3)
            continue;
        if (log->n == capacity) {
            capacity = capacity ? 2 * capacity : 1024;
            log->key = (uint64_t *)realloc(log->key, (size_t)capacity * 8);
            log->time = (int64_t *)realloc(log->time, (size_t)capacity * 8);
            log->amount = (int64_t *)realloc(log->amount, (size_t)capacity * 8);
        }
        log->key[log->n] = strtoull(csv_field(line, customer), NULL, 10);
        log->time[log->n] = csv_day(year, month, day);
        log->amount[log->n] = amount >= 0 ? csv_cents(csv_field(line, amount)) : 0;
        log->n++;
    }
    fclose(f);
    return log->n > 0;
}

#endif
