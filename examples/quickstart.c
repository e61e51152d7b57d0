/* The main job: from a log of purchases to what each customer is worth. */
#include <crmcore.h>
#include <stdio.h>

int main(void)
{
    /* who bought, on which day, for how many cents */
    const uint64_t key[] = {1, 1, 2, 3, 3, 3, 4, 5, 5, 6, 6, 6, 6, 7, 8, 8};
    const int64_t day[] = {0, 40, 3, 5, 30, 90, 8, 10, 100, 12, 33, 61, 95, 20, 21, 70};
    const int64_t amount[] = {2999, 1250, 990, 4500, 3800, 520, 150, 250, 270, 800, 950, 1200, 700, 3300, 190, 2100};
    crm_error e;
    crm_customers *book = NULL;
    crm_report *report = NULL;
    if (crm_customers_from_columns(NULL, 16, key, day, amount, 120, 7, 2, NULL, &book, &e) < 0 ||
        crm_report_build(NULL, book, NULL, &report, &e) < 0)
        return fprintf(stderr, "%s\n", e.text), 1;
    if (e.status > 0)
        fprintf(stderr, "note: %s\n", e.text);
    const double *value = crm_report_f64(report, CRM_REPORT_VALUE);
    for (int64_t i = 0; i < crm_customers_count(book); i++)
        printf("customer %d: %.2f, tier %d\n", (int)crm_customers_keys(book)[i], value[i], crm_report_tier(report)[i]);
    crm_report_destroy(report);
    crm_customers_destroy(book);
}
