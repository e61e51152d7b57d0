/* crmvalue: the program that does the input and output for libcrmcore. What its files share. */
#ifndef CRMVALUE_H
#define CRMVALUE_H

#include <stdint.h>
#include <stdio.h>

#include "crmcore.h"

/* How the program ends. */
enum { EXIT_DONE = 0, EXIT_FAULT = 1, EXIT_INPUT = 2, EXIT_UNCOMPUTABLE = 3 };

/* ---- numbers.c: text to numbers and back, strictly and without the locale ---- */

/* All return 1 and the number, or 0 if the text is not one, from its first byte to its last. */
int parse_date(const char *text, int64_t length, int64_t *day); /* YYYY-MM-DD to days since 1970-01-01 */
int parse_integer(const char *text, int64_t length, int64_t *out);
int parse_number(const char *text, double *out);

/* A decimal to whole units of 10^-decimals, exactly; 0 with a reason if it is not one. */
int parse_decimal(const char *text, int64_t length, int32_t decimals, int64_t *out, const char **reason);

/* A time unit in days: day, week, month, year; 0 if there is no such unit. */
double unit_days(const char *name);

/* The shortest decimal that reads back as x. buffer holds 32. */
const char *shortest(double x, char buffer[32]);
void format_date(int64_t day, char buffer[16]);

/* ---- output.c: where results go ---- */

typedef struct output {
    FILE *file;
    const char *path; /* NULL: standard output */
} output;

int output_open(output *out, const char *path);
int output_close(output *out); /* 0 if anything could not be written; says so */
int printed(void); /* how the program ends after it wrote to standard output */

void json_string(FILE *f, const char *text, int64_t length);
void json_number(FILE *f, double x); /* null if it is not finite */
void plain_text(FILE *f, const char *text, int64_t length); /* control characters, which could steer a terminal, as ? */
void csv_text(FILE *f, const char *text, int64_t length);
void csv_number(FILE *f, double x); /* nothing if it is NaN */

/* ---- arguments.c: the command line ---- */

typedef struct arguments {
    const char *command;
    const char *words[64]; /* what is not an option, in order */
    int count;
    int options;           /* how many of those there were */
    const char *output, *unit;
    const char *format;    /* NULL: not given */
    double days_per_unit;
    int64_t until;
    double discount;            /* continuous, per unit */
    const char *discount_text;
    double horizon;             /* INFINITY: for ever */
    double margin;              /* NaN: not given */
    double threshold;           /* NaN: not given */
    double tiers[32];           /* shares */
    int tier_count;             /* 0: not given */
    const char *model;
    int32_t decimals;
    int32_t threads;
    int64_t holdout;
    const char *cells, *covariates; /* NULL: not given */
    int has_until, has_horizon, has_holdout;
} arguments;

/* 1 if all is well; else 0 after saying what is wrong. */
int arguments_read(arguments *a, int argc, char **argv);
void print_help(FILE *f);

/* ---- csv.c: comma-separated values ---- */

typedef struct csv_field {
    const char *text;
    int64_t length;
} csv_field;

typedef struct csv {
    const char *path;
    char *bytes;
    int64_t length, at;
    int64_t line;     /* of the record last read, from 1 */
    int64_t next;     /* of the next byte */
    csv_field *field;
    int64_t fields, capacity;
} csv;

/* Reads the whole file; 1, or 0 after saying what is wrong. */
int csv_open(csv *c, const char *path);

/* The next record: 1; 0 at the end; -1 after saying what is wrong. Fields live until csv_close. */
int csv_next(csv *c);
void csv_close(csv *c);

/* Says "file:line: reason" (printf style). */
void complain(const char *path, int64_t line, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* ---- ledger.c: a file as a book ---- */

typedef struct ledger {
    crm_transactions *log;
    crm_customers *book;
    int has_amount, has_cost;
} ledger;

/* Reads a log and makes its book as of a->until; money 1: the file must have amounts. EXIT_DONE or how to end. */
int ledger_read(const crm_context *context, const arguments *a, const char *path, int money, ledger *out);
void ledger_free(ledger *l);

/* ---- covariates.c: who customers are, in numbers ---- */

enum { COVARIATES = 16 };

typedef struct covariates {
    int columns;
    char *name[COVARIATES];
    double *value; /* column by column, in the order of the book */
} covariates;

/* 1, or 0 after saying what is wrong: every customer of the book needs a row. */
int covariates_read(const char *path, const crm_customers *book, covariates *v);
crm_status covariates_summary(const crm_context *context, const crm_customers *book, const covariates *v,
                              crm_summary **out, crm_error *e);
void covariates_free(covariates *v);

/* The name of parameter i of a model; v: NULL without covariates. */
const char *parameter_name(const crm_model *model, int32_t i, const covariates *v, char buffer[128]);

/* ---- choose.c: the model where the command line says auto ---- */

enum { CANDIDATES = 7 };

typedef struct tried {
    int32_t kind;
    crm_status status;
    double value, bic; /* NaN: there was no fit */
} tried;

typedef struct choice {
    int32_t kind; /* the best by BIC of those whose fit is CRM_OK */
    int count;    /* 0: nothing was to be chosen */
    tried tried[CANDIDATES];
} choice;

int is_auto(const char *name);

/* Fits all and takes the best: EXIT_DONE or how to end, after saying why. */
int choose(const crm_context *context, const char *path, const crm_customers *book, choice *c);
int choose_of(const crm_context *context, const char *path, const crm_summary *summary, choice *c);
void choice_text(FILE *f, const choice *c);
void choice_json(FILE *f, const choice *c, int indent);

/* ---- cells.c: customers who are counted already ---- */

/* Reads a file of counted customers for a kind of model: x, t_x, T, or duration and ended, each with how many, or a
 * survivor table. EXIT_DONE or how to end. */
int cells_read(const crm_context *context, const char *path, int32_t kind, crm_summary **out);

/* ---- commands ---- */

int command_report(const crm_context *context, const arguments *a);
int command_fit(const crm_context *context, const arguments *a);
int command_predict(const crm_context *context, const arguments *a);
int command_eval(const arguments *a);
int command_check(const crm_context *context, const arguments *a);

/* Writes a fit as JSON, one property a line behind `indent` spaces, braces included. */
void fit_json(FILE *f, const crm_model *model, const covariates *v /* or NULL */, int indent);
void fit_text(FILE *f, const crm_model *model, const covariates *v /* or NULL */);

/* Options for crm_report_build from the arguments; the model is kind. NULL after saying what is wrong. */
crm_options *report_options(const arguments *a, int32_t kind);

/* Says what a call of the library could not do, and how the program ends for it. */
int failed(const char *path, const crm_error *e);

/* The kind of a model's name; 0 after saying which there are. */
int32_t kind_of(const char *name);

#endif
