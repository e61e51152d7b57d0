/* base: version, status and error, memory, threads, context, options, converters. See crmcore_base(3). */
#ifndef CRMCORE_BASE_H
#define CRMCORE_BASE_H

#include <stdint.h>

#if defined(CRM_API)
/* the build system knows better */
#elif defined(_WIN32) && defined(CRM_I_BUILD) && defined(CRM_DLL)
#define CRM_API __declspec(dllexport)
#elif defined(_WIN32) && defined(CRM_DLL)
#define CRM_API __declspec(dllimport)
#elif defined(__GNUC__)
#define CRM_API __attribute__((visibility("default")))
#else
#define CRM_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define CRM_VERSION_MAJOR 0
#define CRM_VERSION_MINOR 9
#define CRM_VERSION_PATCH 0
#define CRM_VERSION 900 /* major * 1000000 + minor * 100 + patch */

/* The version of the library that runs, as CRM_VERSION gives that of the header: compare the two where header
 * and library may differ. Any thread. Since 0.9. */
CRM_API int32_t crm_version(void);

/* What a call answers: 0 done; > 0 done, with a remark; < 0 not done, nothing changed. The numbers are
 * pinned. */
typedef int32_t crm_status;
enum {
    CRM_OK = 0,
    CRM_BAD_ROWS = 1,       /* some rows were outside the domain and are NaN; all others are right */
    CRM_NOT_CONVERGED = 2,  /* the model is there, its parameters are not a maximum */
    CRM_NOT_IDENTIFIED = 3, /* the model is at a maximum that is flat in some direction or lies on a bound */
    CRM_NO_MEAN = 4,        /* the fit is good, but the mean spend it implies is infinite (Gamma-Gamma, q <= 1) */
    CRM_E_NULL = -1,        /* NULL where it is not allowed */
    CRM_E_ARGUMENT = -2,    /* an argument that is never right: negative n, unknown id */
    CRM_E_DOMAIN = -3,      /* a number outside the domain of the computation */
    CRM_E_STATE = -4,       /* the handle is not in the state that the call needs */
    CRM_E_ORDER = -5,       /* rows not in the order that the call needs */
    CRM_E_KEY = -6,         /* a key that is not there, or is there twice */
    CRM_E_OVERFLOW = -7,    /* an integer sum does not fit */
    CRM_E_NO_DATA = -8,     /* nothing to compute from */
    CRM_E_UNSUPPORTED = -9, /* known but not offered (by this model, in this build) */
    CRM_E_CYCLE = -10,      /* a cycle where a tree is needed */
    CRM_E_FORMAT = -11,     /* bytes that are not a blob of this kind, or are damaged */
    CRM_E_VERSION = -12,    /* a blob written by a later format */
    CRM_E_BUFFER = -13,     /* the caller's buffer is too small: the length needed is told, the bytes are unspecified */
    CRM_E_MEMORY = -14,     /* the allocator gave nothing */
    CRM_E_CANCELLED = -15,  /* the progress function asked to stop */
    CRM_E_EXECUTOR = -16,   /* the executor or the pool did not run the work; column outputs as after a cancel */
    CRM_E_INTERNAL = -17    /* a fault of the library: please report it */
};

/* "CRM_E_DOMAIN" and a sentence in English; of a number that is no status "CRM_UNKNOWN" and a sentence that
 * says so. Static, terminated, never NULL. Any thread. Since 0.9. */
CRM_API const char *crm_status_name(crm_status status);
CRM_API const char *crm_status_text(crm_status status);

/* What went wrong and where. 256 bytes, frozen, caller-owned; each call that takes one writes all of it,
 * whatever was in it, also on success (status 0, arg 0, row -1, bad_rows 0, value NaN, text ""). */
typedef struct crm_error {
    int32_t status;   /* what the call answers */
    int32_t arg;      /* 1-based position in the prototype; 0 if none is to blame */
    int64_t row;      /* first row (or place in a list) to blame, from 0; -1 if none */
    int64_t bad_rows; /* how many rows were bad; 1 where the call stopped at the first; 0 if none */
    double value;     /* the offending number; NaN if none */
    char text[224];   /* one sentence in English, UTF-8, terminated, the same in every locale; for people, not pinned */
} crm_error;

/* ---- memory ------------------------------------------------------------------------------------------------- */

/* Where handles live. alloc answers NULL when there is none, else at least `bytes` (> 0) aligned to `align`
 * (a power of two, at most 64); release gets a block that alloc gave (never NULL) and the same numbers back.
 * Both are called on the thread that makes the call, never within a task, and must not call the library with
 * a handle under construction. size is sizeof(crm_allocator) of the caller's header; self is handed
 * through. */
typedef struct crm_allocator {
    int64_t size;
    void *self;
    void *(*alloc)(void *self, int64_t bytes, int64_t align);
    void (*release)(void *self, void *block, int64_t bytes, int64_t align);
} crm_allocator;

/* ---- threads ------------------------------------------------------------------------------------------------ */

/* One piece of work: index in 0..tasks-1, worker in 0..workers-1; no two tasks at a time with one worker
 * number. It returns; it does not raise, jump or cancel its thread. */
typedef void (*crm_task)(void *arg, int64_t index, int64_t worker);

/* Who runs the work. run calls task(arg, i, w) once for every i in 0..tasks-1, in any order and on any
 * threads, returns when all have returned, 0 if all ran. What the tasks wrote must be visible to the thread
 * that called run when it returns. The library calls run on the thread that makes the call, from several
 * threads at a time if the host does, and counts: a task left out, run twice, or given an index or worker out
 * of range is CRM_E_EXECUTOR, as is an answer other than 0. size is sizeof(crm_executor) of the caller's
 * header; 1 <= workers <= 1024; self is handed through. */
typedef struct crm_executor {
    int64_t size;
    void *self;
    int64_t workers;
    int32_t (*run)(void *self, crm_task task, void *arg, int64_t tasks);
} crm_executor;

/* ---- context ------------------------------------------------------------------------------------------------ */

/* Allocator, executor and instruction set. Immutable, shareable between threads, never needed: NULL in its
 * place is malloc, the calling thread, no progress, and the instructions that the library was compiled for.
 * (The library keeps no global state, and asking the processor what else it has takes microseconds, tens of
 * them in some virtual machines. For large columns create one context and keep it: AVX2 or AVX-512 then do
 * the same to the same bits, in half the time or less.) Handles keep the allocator of the context that they
 * were made with, not the context. */
typedef struct crm_context crm_context;

/* Instruction sets of x86-64: the one that each processor has; AVX2; AVX-512 F, DQ, BW and VL. On other
 * processors there is but the baseline. */
enum { CRM_ISA_BASELINE = 0, CRM_ISA_AVX2 = 1, CRM_ISA_AVX512 = 2 };

/* allocator NULL: malloc. executor NULL: the calling thread, or with threads > 1 a built-in pool of that many
 * workers, of which the caller is one (number 0). 1 <= threads <= 256, and 1 where an executor is given. Both
 * structs are copied; what their self points at must outlive the context and, for the allocator, all that was
 * made with it. The processor is asked for its instruction sets here, once. The pool: its threads start with
 * the first call that needs them, block all signals, sleep when there is nothing to do, and are joined when
 * the last of the context and its children is destroyed. Where the system gives fewer threads than asked for,
 * the work is done by those, with the same result. Calls from several threads at a time are safe: the pool
 * helps one of them, the others run on their own threads. In a child of fork() there are no threads: a call
 * that needs them is CRM_E_EXECUTOR there; destroy works. Status: CRM_E_NULL (an entry of a struct, out),
 * CRM_E_ARGUMENT (size, workers, threads), CRM_E_MEMORY, and for threads > 1 CRM_E_UNSUPPORTED in a build
 * without threads (CRM_NO_THREADS, Windows). Any thread. Since 0.9. */
CRM_API crm_status crm_context_create(const crm_allocator *allocator, const crm_executor *executor, int32_t threads,
                                      crm_context **out, crm_error *err);

/* Told the share of the call that is done, in [0, 1], not falling; answers 0 to go on, else the call ends
 * with CRM_E_CANCELLED. */
typedef int32_t (*crm_progress)(void *self, double done);

/* A cheap child of base, for one call at a time: progress is called with self on the thread that makes the
 * call, between pieces of its work, and not again after it asked to stop. It replaces a progress that base
 * has. The child keeps base alive. base NULL: a context as crm_context_create(NULL, NULL, 1) gives. Status:
 * CRM_E_NULL (progress, out), CRM_E_MEMORY. Any thread. Since 0.9. */
CRM_API crm_status crm_context_watch(const crm_context *base, crm_progress progress, void *self, crm_context **out,
                                     crm_error *err);

/* A cheap child of base that uses no instruction set above isa (CRM_ISA_*), and base's progress if it has
 * one. Results do not change by a bit. The child keeps base alive. base NULL: as in crm_context_watch.
 * Status: CRM_E_ARGUMENT (isa), CRM_E_NULL (out), CRM_E_MEMORY. Any thread. Since 0.9. */
CRM_API crm_status crm_context_limit(const crm_context *base, int32_t isa, crm_context **out, crm_error *err);

/* The instruction set in use (CRM_ISA_*), and the number of workers as asked for; of NULL those of the
 * defaults. Any thread. Since 0.9. */
CRM_API int32_t crm_context_isa(const crm_context *context);
CRM_API int64_t crm_context_workers(const crm_context *context);

/* Not while a call uses it; children live on. NULL does nothing. Since 0.9. */
CRM_API void crm_context_destroy(crm_context *context);

/* ---- options ------------------------------------------------------------------------------------------------ */

/* What may grow is an option: an id, a name, a unit, bounds and a default, all in one table
 * (crm_option_info). NULL in place of options means all defaults. An id that does not concern the callee is
 * ignored; one that the library does not know is refused when it is set. A callee copies what it needs:
 * options may be changed or destroyed after a call; while it runs they are only read, and may be shared. */
typedef struct crm_options crm_options;

enum {
    /* building a book */
    CRM_OPTION_SPEND_FIRST = 1,  /* i64, 0 or 1: 1 counts the first purchase in mean spend; default 0 */
    CRM_OPTION_RECENT_TICKS = 2, /* f64 > 0: rows with as_of - time < this make the recent columns; default for ever */
    /* fitting a model */
    CRM_OPTION_FIT_ITERATIONS = 16, /* i64, 1 .. 100000: evaluations of the likelihood per start at most; default 200 */
    CRM_OPTION_FIT_START = 17,      /* f64s > 0: one start, in natural parameters; default: screened starts */
    CRM_OPTION_FIT_FIXED = 18,      /* f64s >= 0: where above 0, the value a parameter is held at; default: none is */
    CRM_OPTION_COVARIATES_LIFETIME = 19,     /* f64s: columns that change when customers leave; -1: none; default all */
    CRM_OPTION_COVARIATES_TRANSACTIONS = 20, /* f64s: columns that change how often they buy; -1: none; default all */
    CRM_OPTION_COVARIATES_EQUAL = 21,        /* f64s: columns with one coefficient for both; -1: none, the default */
    CRM_OPTION_RIDGE_LIFETIME = 22,          /* f64 >= 0: a fit pays this * coefficient^2 per customer; default 0 */
    CRM_OPTION_RIDGE_TRANSACTIONS = 23,      /* f64 >= 0: likewise; default 0 */
    /* the report */
    CRM_OPTION_MODEL = 32,       /* i64: CRM_MODEL_*; default CRM_MODEL_BG_NBD */
    CRM_OPTION_MARGIN_RATE = 33, /* f64, -1000 .. 1: margin per revenue; default: the book's own, 1 without costs */
    CRM_OPTION_DISCOUNT = 34,    /* f64, 0 .. 1000: per period, continuous; default ln 1.15/52 (15 % a year, weeks) */
    CRM_OPTION_HORIZON = 35,     /* f64 > 0: periods; default for ever */
    CRM_OPTION_TIERS = 36,       /* f64s in (0, 1]: shares of customers from the top, sum 1; default .2 .3 .3 .2 */
    CRM_OPTION_THRESHOLD = 37    /* f64, finite: future value that divides the classes; default: the mean value */
};

/* No option set yet. Status: CRM_E_NULL (out), CRM_E_MEMORY. Any thread. Since 0.9. */
CRM_API crm_status crm_options_create(const crm_context *context, crm_options **out, crm_error *err);

/* Set one option, instead of what it was set to before. f64s copies n values, 1 <= n <= 32, each within the
 * bounds; what they must be together (a sum of 1) is checked by the callee. options belongs to one thread
 * meanwhile; nothing is allocated. Status: CRM_E_NULL (options, value), CRM_E_ARGUMENT (an id that is unknown
 * or of another type, n), CRM_E_DOMAIN (NaN or outside the bounds; row is the place in the list); then the
 * option is as it was. Since 0.9. */
CRM_API crm_status crm_options_set_f64(crm_options *options, int32_t id, double value, crm_error *err);
CRM_API crm_status crm_options_set_i64(crm_options *options, int32_t id, int64_t value, crm_error *err);
CRM_API crm_status crm_options_set_f64s(crm_options *options, int32_t id, int64_t n, const double *value,
                                        crm_error *err);

/* NULL does nothing. Since 0.9. */
CRM_API void crm_options_destroy(crm_options *options);

/* The table: entry i (0 <= i < crm_option_count()) of the options known, in ascending id. Every output is
 * opt. type: 1 f64, 2 i64, 3 f64s. name and unit are static. Both bounds belong to the domain (an option that
 * must be > 0 has the least positive double as its least). otherwise is the default, NaN where it is computed
 * or a list. Status: CRM_E_ARGUMENT (i). Any thread. Since 0.9. */
CRM_API int32_t crm_option_count(void);
CRM_API crm_status crm_option_info(int32_t i, int32_t *id /*opt*/, int32_t *type /*opt*/, const char **name /*opt*/,
                                   const char **unit /*opt*/, double *least /*opt*/, double *most /*opt*/,
                                   double *otherwise /*opt*/, crm_error *err);

/* ---- converters --------------------------------------------------------------------------------------------- */

/* column[i] = NaN where bit bit_offset + i of valid is 0, else as it was; column and the bits have n rows.
 * Bit k is bit k mod 8 of byte k / 8, least significant first (Arrow, DuckDB). valid NULL: all are valid.
 * Status: CRM_E_ARGUMENT (n or bit_offset negative), CRM_E_NULL (column). Any thread; allocates nothing.
 * Since 0.9. */
CRM_API crm_status crm_null_to_nan(int64_t n, const uint8_t *valid /*opt*/, int64_t bit_offset, double *column,
                                   crm_error *err);

/* out[i] = amount[i] * 10^decimals, the exact product rounded once, half to even, to whole minor units.
 * amount in major units, n rows; 0 <= decimals <= 9. The double nearest to a price of up to 15 digits comes
 * back as that price: 0.29 with two decimals is 29; and 1.005, a double just below 1.005, is 100. Use it
 * where amounts come as doubles; amounts that come as text are read exactly as integers. Status:
 * CRM_E_ARGUMENT (n, decimals), CRM_E_NULL, CRM_E_DOMAIN at the first NaN or infinity, CRM_E_OVERFLOW at the
 * first result beyond int64; then nothing is written. Any thread; allocates nothing. Since 0.9. */
CRM_API crm_status crm_money_from_f64(int64_t n, const double *amount, int32_t decimals, int64_t *out, crm_error *err);

/* out[i] = amount[i] / 10^decimals, the exact quotient rounded once, for every int64. amount in minor units,
 * n rows; 0 <= decimals <= 9. Status: CRM_E_ARGUMENT (n, decimals), CRM_E_NULL. Any thread; allocates
 * nothing. Since 0.9. */
CRM_API crm_status crm_money_to_f64(int64_t n, const int64_t *amount, int32_t decimals, double *out, crm_error *err);

#ifdef __cplusplus
}
#endif
#endif
