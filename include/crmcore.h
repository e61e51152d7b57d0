/* libcrmcore: what customers are worth. The one header to include.
 *
 * The library computes and does nothing else: no input or output, no clock, no environment, no locale, no signals,
 * no global state. The caller hands in columns and gets columns back. crmcore(3) is the overview.
 *
 * Rules that hold for every function:
 *
 * R1  Order of arguments: context, handle, n, facts of row i (columns), assumptions (scalars), outputs, standard
 *     error, crm_error. More than 8 arguments have a reason; more than 13 there never are.
 * R2  The context comes first, and may be NULL, in every call that may allocate, run in parallel or be cancelled;
 *     only a handle that grows (names, log, stream, options, network) does so by the allocator it was created with.
 *     NULL stands for malloc, one thread, no progress and the instructions that the library was compiled for.
 * R3  A fact about a customer is a column; an assumption (rate, horizon, threshold) is a scalar. Nothing is broadcast.
 *     A question about one customer is n = 1.
 * R4  A missing double is NaN and gives NaN, without a remark. crm_null_to_nan converts validity bitmaps.
 * R5  A bad argument, handle or option, or no memory: a negative status, outputs untouched, handles unchanged. A bad
 *     row in a column call: that row becomes NaN (class and tier 0), every other row is right, and the status is
 *     CRM_BAD_ROWS with the first such row and their number in the error. In fits and builds a bad row is an error,
 *     for dropping customers would bias silently. After a cancel column outputs are unspecified, handles and scalars
 *     unchanged.
 * R6  Row i of every output of a book is row i of crm_customers_keys(): ascending key, or where the book has names byte
 *     order of the names.
 * R7  Money is int64 minor units in the ledger; the double columns of a book and all valuations are in major units.
 *     Time is int64 ticks in the ledger and double periods in the models.
 * R8  A handle keeps what it depends on alive, whatever the order of destruction; destroy(NULL) does nothing. Once
 *     built, a handle is read-only and may be shared between threads without a lock; while it is being built
 *     it belongs to one thread. Allocator and progress are called on the calling thread only.
 * R9  A column may be NULL only where marked opt, or when n is 0. A borrowed pointer lives as long as its handle.
 *     Outputs do not overlap inputs or each other.
 * R10 Every create, build and load is (..., T **out, crm_error *err); every destroy is (T *). On failure *out is
 *     left as it was.
 * R11 err may be NULL everywhere and needs no initialisation; it is written by every call that takes it.
 *
 * Results are the same bits on every platform, for any number of threads and any order of the rows. */
#ifndef CRMCORE_H
#define CRMCORE_H

#include "crmcore/base.h"
#include "crmcore/data.h"
#include "crmcore/lifetime.h"
#include "crmcore/model.h"
#include "crmcore/portfolio.h"
#include "crmcore/network.h"
#include "crmcore/proposition.h"
#include "crmcore/report.h"

#endif
