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

/* The version of the library that runs, as CRM_VERSION gives that of the header. Since 0.9. */
CRM_API int32_t crm_version(void);

/* What a call answers: 0 done; > 0 done, with a remark; < 0 not done, nothing changed. The numbers are pinned. */
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
    CRM_E_BUFFER = -13,     /* the caller's buffer is too small */
    CRM_E_MEMORY = -14,     /* the allocator gave nothing */
    CRM_E_CANCELLED = -15,  /* the progress function asked to stop */
    CRM_E_EXECUTOR = -16,   /* the executor or the pool could not run the work */
    CRM_E_INTERNAL = -17    /* a fault of the library: please report it */
};

/* "CRM_E_DOMAIN" and a sentence in English; of an unknown number "CRM_UNKNOWN". Static, never NULL. Since 0.9. */
CRM_API const char *crm_status_name(crm_status status);
CRM_API const char *crm_status_text(crm_status status);

/* What went wrong and where. 256 bytes, frozen, caller-owned, filled in by the library. */
typedef struct crm_error {
    int32_t status;
    int32_t arg;      /* 1-based position in the prototype; 0 if none is to blame */
    int64_t row;      /* first row to blame; -1 if none */
    int64_t bad_rows; /* how many rows were bad */
    double value;     /* the offending number; NaN if none */
    char text[224];   /* one sentence in English, terminated, the same in every locale */
} crm_error;

/* ---- memory ------------------------------------------------------------------------------------------------- */

/* Where handles live. alloc returns NULL when there is none, else at least `bytes` (> 0) aligned to `align` (a power
 * of two, at most 64); release gets the same numbers back. size is sizeof(crm_allocator). */
typedef struct crm_allocator {
    int64_t size;
    void *self;
    void *(*alloc)(void *self, int64_t bytes, int64_t align);
    void (*release)(void *self, void *block, int64_t bytes, int64_t align);
} crm_allocator;

/* ---- threads ------------------------------------------------------------------------------------------------ */

/* One piece of work: index in 0..tasks-1, worker in 0..workers-1; no two tasks at a time with one worker number. */
typedef void (*crm_task)(void *arg, int64_t index, int64_t worker);

/* Who runs the work. run calls task(arg, i, w) once for every i in 0..tasks-1, in any order and on any threads, returns
 * when all have returned, 0 if all ran. size is sizeof(crm_executor); 1 <= workers <= 1024. */
typedef struct crm_executor {
    int64_t size;
    void *self;
    int64_t workers;
    int32_t (*run)(void *self, crm_task task, void *arg, int64_t tasks);
} crm_executor;

/* ---- context ------------------------------------------------------------------------------------------------ */

/* Allocator, executor and instruction set. Immutable, shareable between threads, never needed. */
typedef struct crm_context crm_context;

enum { CRM_ISA_BASELINE = 0, CRM_ISA_AVX2 = 1, CRM_ISA_AVX512 = 2 };

/* allocator NULL: malloc. executor NULL: the calling thread, or with threads > 1 a built-in pool of that many workers
 * (the caller is one of them), whose threads start with the first call that needs them and block all signals.
 * 1 <= threads <= 256, and 1 where an executor is given. Both structs are copied. The pool cannot be used after
 * fork() in the child (CRM_E_EXECUTOR says so), nor in a build with CRM_NO_THREADS (CRM_E_UNSUPPORTED). Since 0.9. */
CRM_API crm_status crm_context_create(const crm_allocator *allocator, const crm_executor *executor, int32_t threads,
                                      crm_context **out, crm_error *err);

/* A cheap child of base (NULL: the defaults) for one call at a time: progress is called on the calling thread with the
 * share done in [0, 1], not falling; if it returns non-zero the call ends with CRM_E_CANCELLED. Since 0.9. */
typedef int32_t (*crm_progress)(void *self, double done);
CRM_API crm_status crm_context_watch(const crm_context *base, crm_progress progress, void *self, crm_context **out,
                                     crm_error *err);

/* A cheap child that uses no instruction set above isa (CRM_ISA_*). Results do not change by a bit. Since 0.9. */
CRM_API crm_status crm_context_limit(const crm_context *base, int32_t isa, crm_context **out, crm_error *err);

/* The instruction set in use (CRM_ISA_*) and the number of workers; of NULL those of the defaults. Since 0.9. */
CRM_API int32_t crm_context_isa(const crm_context *context);
CRM_API int64_t crm_context_workers(const crm_context *context);
CRM_API void crm_context_destroy(crm_context *context);

/* ---- options ------------------------------------------------------------------------------------------------ */

/* What may grow is an option: an id, a name, a unit, bounds and a default, all in one table (crm_option_info). NULL
 * in place of options means all defaults. An id that does not concern the callee is ignored; one that the library
 * does not know is refused when it is set. */
typedef struct crm_options crm_options;

enum {
    /* building a book */
    CRM_OPTION_SPEND_FIRST = 1,  /* i64: 1 counts the first purchase in mean spend; default 0 */
    CRM_OPTION_RECENT_TICKS = 2, /* f64: rows with as_of - time < this make the recent columns; default for ever */
    /* fitting a model */
    CRM_OPTION_FIT_ITERATIONS = 16, /* i64: evaluations of the likelihood at most, per start; default 200 */
    CRM_OPTION_FIT_START = 17,      /* f64s: one start, in natural parameters; default: screened starts */
    /* the report */
    CRM_OPTION_MODEL = 32,       /* i64: CRM_MODEL_*; default CRM_MODEL_BG_NBD */
    CRM_OPTION_MARGIN_RATE = 33, /* f64: margin per unit of revenue; default: the book's own, 1 without costs */
    CRM_OPTION_DISCOUNT = 34,    /* f64: continuous rate per period; default 0.0027 (15 % a year, in weeks: ln 1.15/52) */
    CRM_OPTION_HORIZON = 35,     /* f64: periods; default for ever */
    CRM_OPTION_TIERS = 36,       /* f64s: shares of customers from the top, which sum to 1; default .2 .3 .3 .2 */
    CRM_OPTION_THRESHOLD = 37    /* f64: future value that divides the classes; default: the mean value */
};

CRM_API crm_status crm_options_create(const crm_context *context, crm_options **out, crm_error *err);

/* Set one option: CRM_E_ARGUMENT for an unknown id or one of another type, CRM_E_DOMAIN outside its bounds. f64s takes
 * n values, 1 <= n <= 32, each within the bounds. Since 0.9. */
CRM_API crm_status crm_options_set_f64(crm_options *options, int32_t id, double value, crm_error *err);
CRM_API crm_status crm_options_set_i64(crm_options *options, int32_t id, int64_t value, crm_error *err);
CRM_API crm_status crm_options_set_f64s(crm_options *options, int32_t id, int64_t n, const double *value,
                                        crm_error *err);
CRM_API void crm_options_destroy(crm_options *options);

/* The table: entry i (0 <= i < crm_option_count()) of the options known. Every output is opt. otherwise is the default,
 * NaN where the default is computed. type: 1 f64, 2 i64, 3 f64s. Since 0.9. */
CRM_API int32_t crm_option_count(void);
CRM_API crm_status crm_option_info(int32_t i, int32_t *id, int32_t *type, const char **name, const char **unit,
                                   double *least, double *most, double *otherwise, crm_error *err);

/* ---- converters --------------------------------------------------------------------------------------------- */

/* column[i] = NaN where bit bit_offset + i of valid is 0 (Arrow: least significant bit first). valid NULL: all are
 * valid. Since 0.9. */
CRM_API crm_status crm_null_to_nan(int64_t n, const uint8_t *valid, int64_t bit_offset, double *column, crm_error *err);

/* out[i] = amount[i] * 10^decimals, rounded half to even to whole minor units, exactly: the decimal value of the
 * double nearest to a price comes back as that price. 0 <= decimals <= 9. CRM_E_DOMAIN at the first NaN or infinity,
 * CRM_E_OVERFLOW beyond int64; then nothing is written. Since 0.9. */
CRM_API crm_status crm_money_from_f64(int64_t n, const double *amount, int32_t decimals, int64_t *out, crm_error *err);

/* out[i] = amount[i] / 10^decimals, correctly rounded. Since 0.9. */
CRM_API crm_status crm_money_to_f64(int64_t n, const int64_t *amount, int32_t decimals, double *out, crm_error *err);

#ifdef __cplusplus
}
#endif
#endif
