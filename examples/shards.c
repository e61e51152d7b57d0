/* A fit over data that stay apart: seven processes hold a seventh of the customers each, and talk to this one
 * through pipes. (a) Each sends its summary as bytes; merged, they give the fit of the whole to the bit. (b)
 * Each answers parameters with the sums of its shard; added, they give the same fit to 1e-12. On a cluster
 * the pipes are the network, and nothing else changes. Exit status 0 if both hold. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crmcore.h"

enum { SHARDS = 7, CUSTOMERS = 30000, KIND = CRM_MODEL_BG_NBD, PARAMETERS = 4, SUMS_MOST = 64 };

/* Where the customers of a real shard would come from a disk of its own. */
static const double truth[PARAMETERS] = {0.25, 4.5, 0.8, 2.5};

typedef struct shard {
    int ask;    /* parameters go down here, */
    int answer; /* bytes and sums come back here */
    pid_t pid;
} shard;

static void stop(const char *what, const crm_error *e)
{
    fprintf(stderr, "shards: %s: %s\n", what, e ? e->text : "the pipe is broken");
    exit(1);
}

static void check(crm_status status, const char *what, const crm_error *e)
{
    if (status < 0)
        stop(what, e);
}

static void put(int fd, const void *bytes, size_t n)
{
    for (const char *at = bytes; n > 0;) {
        const ssize_t wrote = write(fd, at, n);
        if (wrote <= 0)
            stop("write", NULL);
        at += wrote;
        n -= (size_t)wrote;
    }
}

/* 1, or 0 if the other side has closed the pipe before the first byte. */
static int get(int fd, void *bytes, size_t n)
{
    const size_t want = n;
    for (char *at = bytes; n > 0;) {
        const ssize_t got = read(fd, at, n);
        if (got == 0 && n == want)
            return 0;
        if (got <= 0)
            stop("read", NULL);
        at += got;
        n -= (size_t)got;
    }
    return 1;
}

/* The summary of customers i with i % SHARDS = number; of all of them for number -1. */
static crm_summary *summary_of(int number)
{
    static int64_t first[CUSTOMERS];
    static uint64_t key[16 * CUSTOMERS];
    static int64_t time[16 * CUSTOMERS], amount[16 * CUSTOMERS];
    crm_error e;
    crm_model *model;
    crm_transactions *log;
    crm_customers *book;
    crm_summary *summary;
    for (int i = 0; i < CUSTOMERS; i++)
        first[i] = i % 84;
    check(crm_model_create(NULL, KIND, PARAMETERS, truth, NULL, &model, &e), "model", &e);
    check(crm_model_simulate(NULL, model, NULL, CUSTOMERS, first, 364, 7.0, 2, 1, 1, &log, &e), "simulate",
          &e);
    int64_t n = 0;
    for (int64_t i = 0; i < crm_transactions_count(log) && n < 16 * CUSTOMERS; i++) {
        const uint64_t customer = crm_transactions_keys(log)[i];
        if (number >= 0 && customer % SHARDS != (uint64_t)number)
            continue;
        key[n] = customer;
        time[n] = crm_transactions_i64(log, CRM_TX_TIME)[i];
        amount[n++] = crm_transactions_i64(log, CRM_TX_AMOUNT)[i];
    }
    check(crm_customers_from_columns(NULL, n, key, time, amount, 364, 7.0, 2, NULL, &book, &e), "book", &e);
    check(crm_summary_of_customers(NULL, book, &summary, &e), "summary", &e);
    crm_customers_destroy(book);
    crm_transactions_destroy(log);
    crm_model_destroy(model);
    return summary;
}

/* What a process with a shard does: sends its summary, then answers parameters until nobody asks. */
static void serve(int number, int ask, int answer)
{
    crm_error e;
    crm_summary *summary = summary_of(number);
    int64_t length = 0;
    check(crm_summary_save(summary, NULL, 0, &length, &e), "save", &e);
    uint8_t *bytes = malloc((size_t)length);
    if (!bytes)
        stop("malloc", NULL);
    check(crm_summary_save(summary, bytes, length, &length, &e), "save", &e);
    put(answer, &length, sizeof length);
    put(answer, bytes, (size_t)length);
    free(bytes);
    double parameter[PARAMETERS], sums[SUMS_MOST];
    int32_t count;
    while (get(ask, &count, sizeof count)) {
        get(ask, parameter, sizeof parameter);
        check(crm_fit_partial(NULL, KIND, parameter, summary, sums, &e), "partial", &e);
        put(answer, sums, (size_t)count * sizeof *sums);
    }
    crm_summary_destroy(summary);
}

static void begin(shard *s, int number, const shard *others)
{
    int down[2], up[2];
    if (pipe(down) || pipe(up) || (s->pid = fork()) < 0)
        stop("fork", NULL);
    if (s->pid == 0) {
        for (int i = 0; i < number; i++) { /* pipes to others, inherited, would never see their end */
            close(others[i].ask);
            close(others[i].answer);
        }
        close(down[1]);
        close(up[0]);
        serve(number, down[0], up[1]);
        exit(0);
    }
    close(down[0]);
    close(up[1]);
    s->ask = down[1];
    s->answer = up[0];
}

/* (a) */
static crm_summary *merge(const shard *s)
{
    crm_error e;
    crm_summary *all = NULL;
    for (int i = SHARDS - 1; i >= 0; i--) { /* in any order */
        int64_t length;
        crm_summary *one;
        if (!get(s[i].answer, &length, sizeof length))
            stop("read", NULL);
        uint8_t *bytes = malloc((size_t)length);
        if (!bytes || !get(s[i].answer, bytes, (size_t)length))
            stop("read", NULL);
        check(crm_summary_load(NULL, bytes, length, &one, &e), "load", &e);
        free(bytes);
        if (all) {
            check(crm_summary_merge(all, one, &e), "merge", &e);
            crm_summary_destroy(one);
        } else {
            all = one;
        }
    }
    return all;
}

/* (b) */
static crm_model *ask_all(const shard *s)
{
    crm_error e;
    crm_fit *fit;
    crm_model *model;
    check(crm_fit_create(NULL, KIND, NULL, &fit, &e), "fit", &e);
    for (int32_t finished = 0; !finished;) {
        double parameter[PARAMETERS], sums[SUMS_MOST] = {0.0}, one[SUMS_MOST];
        int32_t count;
        check(crm_fit_ask(fit, parameter, &count, &e), "ask", &e);
        for (int i = 0; i < SHARDS; i++) {
            put(s[i].ask, &count, sizeof count);
            put(s[i].ask, parameter, sizeof parameter);
        }
        for (int i = 0; i < SHARDS; i++) {
            if (!get(s[i].answer, one, (size_t)count * sizeof *one))
                stop("read", NULL);
            for (int32_t j = 0; j < count; j++)
                sums[j] += one[j];
        }
        check(crm_fit_tell(fit, sums, &finished, &e), "tell", &e);
    }
    check(crm_fit_finish(NULL, fit, &model, &e), "finish", &e);
    crm_fit_destroy(fit);
    return model;
}

static double difference(const crm_model *a, const crm_model *b, int *same)
{
    double p[PARAMETERS], q[PARAMETERS], most = 0.0;
    crm_model_parameters(a, p, NULL, NULL);
    crm_model_parameters(b, q, NULL, NULL);
    for (int i = 0; i < PARAMETERS; i++) {
        const double off = fabs(p[i] - q[i]) / q[i];
        most = off > most ? off : most;
    }
    *same = memcmp(p, q, sizeof p) == 0;
    return most;
}

int main(void)
{
    crm_error e;
    shard s[SHARDS];
    crm_model *whole, *merged;
    for (int i = 0; i < SHARDS; i++)
        begin(&s[i], i, s);
    crm_summary *own = summary_of(-1), *all = merge(s);
    check(crm_model_fit(NULL, KIND, own, NULL, &whole, &e), "fit", &e);
    check(crm_model_fit(NULL, KIND, all, NULL, &merged, &e), "fit", &e);
    crm_model *asked = ask_all(s);
    for (int i = 0; i < SHARDS; i++) {
        close(s[i].ask);
        close(s[i].answer);
    }
    int failed = 0;
    for (int i = 0; i < SHARDS; i++) {
        int status;
        failed |= waitpid(s[i].pid, &status, 0) < 0 || status != 0;
    }
    int same, other;
    const double a = difference(merged, whole, &same), b = difference(asked, whole, &other);
    printf("%d customers in %d shards, log-likelihood %.6f\n", CUSTOMERS, SHARDS,
           crm_model_fact(whole, CRM_FACT_LOG_LIKELIHOOD));
    printf("merged summaries: off by %g, %s\n", a, same ? "the same bits" : "other bits");
    printf("asked and told:   off by %.1e\n", b);
    crm_model_destroy(asked);
    crm_model_destroy(merged);
    crm_model_destroy(whole);
    crm_summary_destroy(all);
    crm_summary_destroy(own);
    return failed || !same || !(b <= 1e-12);
}
