/* crmvalue: picks the command, and shows on a terminal how far long work has come. */
#define _POSIX_C_SOURCE 200809L
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crmvalue.h"

/* A bar on standard error, from half a second on, redrawn ten times a second at most. */
typedef struct bar {
    struct timespec began, drawn;
    int shown;
} bar;

static double since(const struct timespec *then, const struct timespec *now)
{
    return (double)(now->tv_sec - then->tv_sec) + 1e-9 * (double)(now->tv_nsec - then->tv_nsec);
}

static int32_t draw(void *self, double done)
{
    static const char full[] = "########################################";
    bar *b = self;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (since(&b->began, &now) < 0.5 || (b->shown && since(&b->drawn, &now) < 0.1))
        return 0;
    const int cells = done < 0.0 ? 0 : done > 1.0 ? 40 : (int)(done * 40.0);
    fprintf(stderr, "\r[%.*s%*s] %3.0f %%", cells, full, 40 - cells, "", done * 100.0);
    b->drawn = now;
    b->shown = 1;
    return 0;
}

static int run(const crm_context *context, const arguments *a)
{
    if (a->cells && strcmp(a->command, "fit") != 0) {
        fprintf(stderr, "crmvalue: --cells is for fit; see crmvalue --help\n");
        return EXIT_INPUT;
    }
    if (strcmp(a->command, "report") == 0)
        return command_report(context, a);
    if (strcmp(a->command, "fit") == 0)
        return command_fit(context, a);
    if (strcmp(a->command, "predict") == 0)
        return command_predict(context, a);
    if (strcmp(a->command, "eval") == 0)
        return command_eval(a);
    if (strcmp(a->command, "check") == 0)
        return command_check(context, a);
    fprintf(stderr, "crmvalue: %s: %s; see crmvalue --help\n", a->command,
            a->command[0] == '-' ? "the command comes first" : "no such command");
    return EXIT_INPUT;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_INPUT;
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(stdout);
            return printed();
        }
    }
    if (strcmp(argv[1], "--version") == 0) {
        const int32_t v = crm_version();
        printf("crmvalue %d.%d.%d\n", (int)(v / 1000000), (int)(v / 100 % 10000), (int)(v % 100));
        return printed();
    }
    arguments a;
    if (!arguments_read(&a, argc, argv))
        return EXIT_INPUT;
    crm_error e;
    crm_context *context = NULL, *watched = NULL;
    bar b = {.shown = 0};
    clock_gettime(CLOCK_MONOTONIC, &b.began);
    if (crm_context_create(NULL, NULL, a.threads, &context, &e) != CRM_OK ||
        (isatty(STDERR_FILENO) && crm_context_watch(context, draw, &b, &watched, &e) != CRM_OK)) {
        crm_context_destroy(context);
        return failed(a.command, &e);
    }
    const int end = run(watched ? watched : context, &a);
    if (b.shown)
        fprintf(stderr, "\r%52s\r", "");
    crm_context_destroy(watched);
    crm_context_destroy(context);
    return end;
}
