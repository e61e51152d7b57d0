// libcrmcore for C++11 and later: move-only handles, spans in, vectors and spans out. Header only.
//
// Every call that can fail takes a last argument `crm::outcome *`. Without it, a negative status is thrown as
// crm::error; with it nothing is thrown (but std::bad_alloc by vectors) and the outcome says what happened; handles are then empty and
// vectors hold no promise. Remarks (positive statuses: bad rows, a fit that is not identified) are never thrown: ask
// the outcome. The C functions stay usable beside: every class has get().
#ifndef CRMCORE_HPP
#define CRMCORE_HPP

#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "crmcore.h"

namespace crm
{

// What a call answered, as a value.
class outcome
{
public:
    outcome() : detail()
    {
        detail.row = -1;
        detail.value = std::numeric_limits<double>::quiet_NaN();
    }
    crm_status status() const { return detail.status; }
    explicit operator bool() const { return detail.status >= 0; } // done, perhaps with a remark
    bool remarked() const { return detail.status > 0; }
    const char *name() const { return crm_status_name(detail.status); }
    const char *text() const { return detail.text; }
    crm_error detail;
};

// A negative status, thrown.
class error : public std::runtime_error
{
public:
    explicit error(const crm_error &e)
        : std::runtime_error(std::string(crm_status_name(e.status)) + ": " + e.text), detail(e)
    {
    }
    crm_status status() const { return detail.status; }
    crm_error detail;
};

// A borrowed column: a pointer and a number of rows.
template <class T> class span
{
public:
    span() : data_(nullptr), size_(0) {}
    span(const T *data, std::size_t size) : data_(data), size_(size) {}
    template <std::size_t N> span(const T (&array)[N]) : data_(array), size_(N) {}
    template <class A> span(const std::vector<T, A> &v) : data_(v.data()), size_(v.size()) {}
    const T *data() const { return data_; }
    std::size_t size() const { return size_; }
    int64_t rows() const { return static_cast<int64_t>(size_); }
    bool empty() const { return size_ == 0; }
    const T &operator[](std::size_t i) const { return data_[i]; }
    const T *begin() const { return data_; }
    const T *end() const { return data_ + size_; }

private:
    const T *data_;
    std::size_t size_;
};

namespace detail
{

// Collects the answer of one call and, at its end, throws it or hands it over.
class call
{
public:
    explicit call(outcome *to) : error_(), to_(to) {}
    operator crm_error *() { return &error_; }
    void end(crm_status status)
    {
        error_.status = status;
        if (to_)
            to_->detail = error_;
        else if (status < 0)
            throw error(error_);
    }
    // Columns of one table have one length.
    bool same(bool sizes_agree)
    {
        if (sizes_agree)
            return true;
        const char text[] = "the columns differ in length";
        for (std::size_t i = 0; i < sizeof text; i++)
            error_.text[i] = text[i];
        error_.row = -1;
        error_.value = std::numeric_limits<double>::quiet_NaN();
        end(CRM_E_ARGUMENT);
        return false;
    }

private:
    crm_error error_;
    outcome *to_;
};

} // namespace detail

// Owns one handle of the C interface; moves, does not copy.
template <class T, void (*Destroy)(T *)> class handle
{
public:
    handle() : p_(nullptr) {}
    explicit handle(T *p) : p_(p) {}
    handle(handle &&other) noexcept : p_(other.release()) {}
    handle &operator=(handle &&other) noexcept
    {
        if (this != &other)
            reset(other.release());
        return *this;
    }
    handle(const handle &) = delete;
    handle &operator=(const handle &) = delete;
    ~handle() { Destroy(p_); }
    T *get() const { return p_; }
    T **out() // for the C functions that create; what was held is destroyed first
    {
        reset(nullptr);
        return &p_;
    }
    T *release()
    {
        T *p = p_;
        p_ = nullptr;
        return p;
    }
    void reset(T *p)
    {
        if (p != p_)
            Destroy(p_);
        p_ = p;
    }
    explicit operator bool() const { return p_ != nullptr; }

private:
    T *p_;
};

// Allocator, threads and instruction set; where a context is optional, nullptr stands for one thread and malloc.
class context : public handle<crm_context, crm_context_destroy>
{
public:
    explicit context(int32_t threads, outcome *o = nullptr)
    {
        detail::call c(o);
        c.end(crm_context_create(nullptr, nullptr, threads, out(), c));
    }
};

class options : public handle<crm_options, crm_options_destroy>
{
public:
    explicit options(outcome *o = nullptr)
    {
        detail::call c(o);
        c.end(crm_options_create(nullptr, out(), c));
    }
    options &set(int32_t id, double value, outcome *o = nullptr)
    {
        detail::call c(o);
        c.end(crm_options_set_f64(get(), id, value, c));
        return *this;
    }
    options &set_integer(int32_t id, int64_t value, outcome *o = nullptr)
    {
        detail::call c(o);
        c.end(crm_options_set_i64(get(), id, value, c));
        return *this;
    }
    options &set(int32_t id, span<double> value, outcome *o = nullptr)
    {
        detail::call c(o);
        c.end(crm_options_set_f64s(get(), id, value.rows(), value.data(), c));
        return *this;
    }
};

// How time and money are counted.
struct units
{
    int64_t as_of;           // the last tick that counts
    double ticks_per_period; // 7: ticks are days, periods weeks
    int32_t decimals;        // 2: amounts are cents
};

// The book: one row per customer.
class customers : public handle<crm_customers, crm_customers_destroy>
{
public:
    customers() {}
    customers(span<uint64_t> key, span<int64_t> time, span<int64_t> amount, units u, const crm_options *set = nullptr,
              const crm_context *ctx = nullptr, outcome *o = nullptr)
    {
        detail::call c(o);
        if (c.same(key.size() == time.size() && key.size() == amount.size()))
            c.end(crm_customers_from_columns(ctx, key.rows(), key.data(), time.data(), amount.data(), u.as_of,
                                             u.ticks_per_period, u.decimals, set, out(), c));
    }
    customers(const crm_transactions *log, units u, const crm_options *set = nullptr, const crm_context *ctx = nullptr,
              outcome *o = nullptr)
    {
        detail::call c(o);
        c.end(crm_customers_build(ctx, log, u.as_of, u.ticks_per_period, u.decimals, set, out(), c));
    }
    std::size_t size() const { return get() ? static_cast<std::size_t>(crm_customers_count(get())) : 0; }
    span<uint64_t> keys() const { return span<uint64_t>(crm_customers_keys(get()), size()); }
    span<double> f64(int32_t column) const // empty if there is no such column
    {
        const double *p = crm_customers_f64(get(), column);
        return p ? span<double>(p, size()) : span<double>();
    }
    span<int64_t> i64(int32_t column) const
    {
        const int64_t *p = crm_customers_i64(get(), column);
        return p ? span<int64_t>(p, size()) : span<int64_t>();
    }
};

class summary : public handle<crm_summary, crm_summary_destroy>
{
public:
    summary() {}
    explicit summary(const customers &book, const crm_context *ctx = nullptr, outcome *o = nullptr)
    {
        detail::call c(o);
        c.end(crm_summary_of_customers(ctx, book.get(), out(), c));
    }
    summary(span<double> x, span<double> t_x, span<double> T, const crm_context *ctx = nullptr, outcome *o = nullptr)
    {
        detail::call c(o);
        if (c.same(x.size() == t_x.size() && x.size() == T.size()))
            c.end(crm_summary_of_purchases(ctx, x.rows(), x.data(), t_x.data(), T.data(), nullptr, out(), c));
    }
    void merge(const summary &from, outcome *o = nullptr)
    {
        detail::call c(o);
        c.end(crm_summary_merge(get(), from.get(), c));
    }
    std::vector<uint8_t> save(outcome *o = nullptr) const
    {
        detail::call c(o);
        int64_t length = 0;
        crm_status s = crm_summary_save(get(), nullptr, 0, &length, c);
        std::vector<uint8_t> bytes(s == CRM_OK ? static_cast<std::size_t>(length) : 0);
        if (s == CRM_OK)
            s = crm_summary_save(get(), bytes.data(), length, &length, c);
        c.end(s);
        return bytes;
    }
    static summary load(span<uint8_t> bytes, const crm_context *ctx = nullptr, outcome *o = nullptr)
    {
        detail::call c(o);
        summary s;
        c.end(crm_summary_load(ctx, bytes.data(), bytes.rows(), s.out(), c));
        return s;
    }
};

// Rows of a purchase history: three columns of one length.
struct histories
{
    span<double> x, t_x, T;
};

class model : public handle<crm_model, crm_model_destroy>
{
public:
    model() {}
    model(int32_t kind, const summary &s, const crm_options *set = nullptr, const crm_context *ctx = nullptr,
          outcome *o = nullptr)
    {
        detail::call c(o);
        c.end(crm_model_fit(ctx, kind, s.get(), set, out(), c));
    }
    model(int32_t kind, span<double> parameter, const double *covariance = nullptr, outcome *o = nullptr)
    {
        detail::call c(o);
        c.end(crm_model_create(nullptr, kind, static_cast<int32_t>(parameter.size()), parameter.data(), covariance,
                               out(), c));
    }
    double fact(int32_t id) const { return crm_model_fact(get(), id); }
    std::vector<double> parameters(outcome *o = nullptr) const
    {
        detail::call c(o);
        std::vector<double> p(static_cast<std::size_t>(crm_kind_parameters(crm_model_kind(get()))));
        c.end(crm_model_parameters(get(), p.data(), nullptr, c));
        return p;
    }
    // Each with one entry a row; se, if it is given, becomes the standard errors.
    std::vector<double> p_alive(histories h, double ahead = 0.0, std::vector<double> *se = nullptr,
                                const crm_context *ctx = nullptr, outcome *o = nullptr) const
    {
        detail::call c(o);
        std::vector<double> r = rows(h, se);
        if (c.same(agree(h)))
            c.end(crm_model_p_alive(ctx, get(), h.x.rows(), h.x.data(), h.t_x.data(), h.T.data(), ahead, r.data(),
                                    se ? se->data() : nullptr, c));
        return r;
    }
    std::vector<double> expected(histories h, double t, std::vector<double> *se = nullptr,
                                 const crm_context *ctx = nullptr, outcome *o = nullptr) const
    {
        detail::call c(o);
        std::vector<double> r = rows(h, se);
        if (c.same(agree(h)))
            c.end(crm_model_expected(ctx, get(), h.x.rows(), h.x.data(), h.t_x.data(), h.T.data(), t, r.data(),
                                     se ? se->data() : nullptr, c));
        return r;
    }
    std::vector<double> discounted(histories h, double t, double delta, std::vector<double> *se = nullptr,
                                   const crm_context *ctx = nullptr, outcome *o = nullptr) const
    {
        detail::call c(o);
        std::vector<double> r = rows(h, se);
        if (c.same(agree(h)))
            c.end(crm_model_discounted(ctx, get(), h.x.rows(), h.x.data(), h.t_x.data(), h.T.data(), t, delta, r.data(),
                                       se ? se->data() : nullptr, c));
        return r;
    }
    std::vector<double> spend(span<double> count, span<double> mean, std::vector<double> *se = nullptr,
                              const crm_context *ctx = nullptr, outcome *o = nullptr) const
    {
        detail::call c(o);
        std::vector<double> r = rows(histories{count, count, count}, se);
        if (c.same(count.size() == mean.size()))
            c.end(crm_model_spend(ctx, get(), count.rows(), count.data(), mean.data(), r.data(),
                                  se ? se->data() : nullptr, c));
        return r;
    }

private:
    static bool agree(const histories &h) { return h.x.size() == h.t_x.size() && h.x.size() == h.T.size(); }
    static std::vector<double> rows(const histories &h, std::vector<double> *se)
    {
        if (se)
            se->assign(h.x.size(), std::numeric_limits<double>::quiet_NaN());
        return std::vector<double>(h.x.size(), std::numeric_limits<double>::quiet_NaN());
    }
};

// A figure of the base and its standard error.
struct total
{
    double value, se;
};

// The front door: what each customer is worth.
class report : public handle<crm_report, crm_report_destroy>
{
public:
    report() : rows_(0) {}
    explicit report(const customers &book, const crm_options *set = nullptr, const crm_context *ctx = nullptr,
                    outcome *o = nullptr)
        : rows_(book.size())
    {
        detail::call c(o);
        c.end(crm_report_build(ctx, book.get(), set, out(), c));
    }
    span<double> f64(int32_t column) const
    {
        const double *p = crm_report_f64(get(), column);
        return p ? span<double>(p, rows_) : span<double>();
    }
    span<uint8_t> tier() const { return span<uint8_t>(crm_report_tier(get()), get() ? rows_ : 0); }
    span<uint8_t> classes() const { return span<uint8_t>(crm_report_class(get()), get() ? rows_ : 0); }
    total figure(int32_t id, outcome *o = nullptr) const
    {
        detail::call c(o);
        total t = {0.0, 0.0};
        c.end(crm_report_total(get(), id, &t.value, &t.se, c));
        return t;
    }

private:
    std::size_t rows_;
};

// The other handles, to be used with the C functions: crm::network g; crm_network_create(ctx, g.out(), &e).
typedef handle<crm_names, crm_names_destroy> names;
typedef handle<crm_transactions, crm_transactions_destroy> transactions;
typedef handle<crm_stream, crm_stream_destroy> stream;
typedef handle<crm_plan, crm_plan_destroy> plan;
typedef handle<crm_fit, crm_fit_destroy> fit;
typedef handle<crm_network, crm_network_destroy> network;

} // namespace crm

#endif
