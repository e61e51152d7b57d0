/* Makes the log that the demo reads: build/examples/simulate > examples/demo.csv. Twelve hundred customers
 * who first buy in the first quarter of 2024, as the BG/NBD and Gamma-Gamma models say, with the parameters
 * and the seed of demo.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "crmcore.h"
#include "demo.h"

static int stop(const crm_error *e)
{
    fprintf(stderr, "simulate: %s: %s\n", crm_status_name(e->status), e->text);
    return 1;
}

/* 2024 is a leap year; day is counted from its first of January. */
static void print_date(int64_t day)
{
    static const int length[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int month = 0;
    while (day >= length[month])
        day -= length[month++];
    printf("2024-%02d-%02d", month + 1, (int)day + 1);
}

int main(void)
{
    crm_error e;
    crm_model *purchases = NULL, *spend = NULL;
    crm_transactions *log = NULL;
    static int64_t first[DEMO_CUSTOMERS];
    for (int i = 0; i < DEMO_CUSTOMERS; i++)
        first[i] = i * 90 / DEMO_CUSTOMERS;
    if (crm_model_create(NULL, CRM_MODEL_BG_NBD, 4, demo_purchases, NULL, &purchases, &e) < 0 ||
        crm_model_create(NULL, CRM_MODEL_GAMMA_GAMMA, 3, demo_spend, NULL, &spend, &e) < 0 ||
        crm_model_simulate(NULL, purchases, spend, DEMO_CUSTOMERS, first, DEMO_DAYS - 1, 7.0, 2, DEMO_SEED, 0,
                           &log, &e) < 0)
        return stop(&e);
    const uint64_t *key = crm_transactions_keys(log);
    const int64_t *day = crm_transactions_i64(log, CRM_TX_TIME),
                  *amount = crm_transactions_i64(log, CRM_TX_AMOUNT);
    puts("customer,date,amount");
    for (int64_t i = 0; i < crm_transactions_count(log); i++) {
        printf("%04d,", (int)key[i] + 1);
        print_date(day[i]);
        printf(",%" PRId64 ".%02d\n", amount[i] / 100, (int)(amount[i] % 100));
    }
    crm_transactions_destroy(log);
    crm_model_destroy(spend);
    crm_model_destroy(purchases);
    return 0;
}
