// crmcore.hpp: what moves, what is empty, what is thrown and what an outcome says instead. Prints the first thing that is not so.
#include <crmcore.hpp>

#include <cmath>
#include <cstdio>
#include <type_traits>

static int checks = 0, failures = 0;

static void check(bool good, const char *what, int line)
{
    checks++;
    if (!good && ++failures)
        std::printf("tests/cpp/handles.cpp:%d: %s\n", line, what);
}
#define CHECK(x) check((x), #x, __LINE__)

// The status that a call throws; CRM_OK if it throws nothing.
template <class F> static crm_status thrown(F f)
{
    try {
        f();
    } catch (const crm::error &e) {
        return e.status();
    }
    return CRM_OK;
}

static const std::vector<uint64_t> key = {1, 1, 2, 3, 3, 3, 4, 5, 5, 6, 6, 6, 6, 7, 8, 8};
static const std::vector<int64_t> day = {0, 40, 3, 5, 30, 90, 8, 10, 100, 12, 33, 61, 95, 20, 21, 70};
static const std::vector<int64_t> cents = {2999, 1250, 990, 4500, 3800, 5200, 1500, 2500, 2700, 800, 950, 1200, 700, 3300, 1900, 2100};
static const crm::units weeks = {120, 7.0, 2};

static crm::customers book()
{
    return crm::customers(key, day, cents, weeks);
}

static int destroyed = 0;
static void destroy(int *p)
{
    destroyed += p != nullptr;
}

static void moves()
{
    static_assert(!std::is_copy_constructible<crm::customers>::value, "a handle is not copied");
    static_assert(!std::is_copy_assignable<crm::report>::value, "a handle is not copied");
    static_assert(std::is_nothrow_move_constructible<crm::model>::value, "a handle moves");
    static_assert(std::is_nothrow_move_assignable<crm::summary>::value, "a handle moves");
    crm::customers a = book(), b(std::move(a));
    CHECK(!a && a.get() == nullptr && a.size() == 0 && a.keys().empty() && b.size() == 8);
    a = std::move(b);
    CHECK(!b && a.size() == 8);
    crm::customers &same = a;
    a = std::move(same);
    CHECK(a.size() == 8);
    a = book(); // what was held is destroyed, once
    CHECK(a.size() == 8);
    crm::customers c = book();
    crm_customers *raw = c.release();
    CHECK(raw && !c);
    c.reset(raw);
    CHECK(c.size() == 8);
    {
        int one = 1, two = 2;
        crm::handle<int, destroy> h(&one);
        h.reset(h.get()); // as it was, and still alive
        CHECK(destroyed == 0 && h.get() == &one);
        h.reset(&two);
        CHECK(destroyed == 1);
        h.out();
        CHECK(destroyed == 2 && !h);
    }
    CHECK(destroyed == 2);
    crm::report r(a), s(std::move(r));
    CHECK(!r && r.f64(CRM_REPORT_VALUE).empty() && r.tier().empty() && r.classes().empty());
    CHECK(s.f64(CRM_REPORT_VALUE).size() == 8 && s.tier().size() == 8);
    r = std::move(s);
    CHECK(r.f64(CRM_REPORT_VALUE).size() == 8 && s.tier().empty());
}

static void empty()
{
    const crm::customers none;
    CHECK(!none && none.size() == 0 && none.keys().empty() && none.f64(CRM_CUSTOMER_X).empty() && none.i64(CRM_CUSTOMER_FIRST).empty());
    CHECK(thrown([&] { crm::summary s(none); }) == CRM_E_NULL);
    CHECK(thrown([&] { crm::report r(none); }) == CRM_E_NULL);
    CHECK(thrown([] { crm::model(CRM_MODEL_BG_NBD, crm::summary()); }) == CRM_E_NULL);
    CHECK(thrown([] { crm::model().parameters(); }) == CRM_E_NULL);
    CHECK(thrown([] { crm::summary().save(); }) == CRM_E_NULL);
    CHECK(thrown([] { crm::report().figure(CRM_FIGURE_EQUITY); }) == CRM_E_NULL);
    CHECK(std::isnan(crm::model().fact(CRM_FACT_AIC)));
    const crm::report nothing;
    CHECK(nothing.f64(CRM_REPORT_VALUE).empty() && nothing.tier().empty());
    crm::summary s(book());
    CHECK(thrown([&] { s.merge(crm::summary()); }) == CRM_E_NULL);
}

static void outcomes()
{
    crm::outcome o;
    CHECK(o && !o.remarked() && o.status() == CRM_OK && o.detail.row == -1 && std::isnan(o.detail.value));
    crm::customers bad(key, day, cents, crm::units{120, -7.0, 2}, nullptr, nullptr, &o);
    CHECK(!o && !bad && o.status() == CRM_E_DOMAIN && std::string(o.name()) == "CRM_E_DOMAIN" && o.text()[0]);
    CHECK(thrown([] { crm::customers(key, day, cents, crm::units{120, -7.0, 2}); }) == CRM_E_DOMAIN);
    crm::customers good(key, day, cents, weeks, nullptr, nullptr, &o);
    CHECK(o && good && o.status() == CRM_OK && o.text()[0] == '\0');
    crm::context two(2);
    CHECK(two && crm_context_workers(two.get()) == 2);
    crm::context zero(0, &o);
    CHECK(!zero && o.status() == CRM_E_ARGUMENT);
    crm::options set;
    CHECK(thrown([&] { set.set(CRM_OPTION_HORIZON, -1.0); }) == CRM_E_DOMAIN);
    CHECK(thrown([&] { set.set_integer(CRM_OPTION_HORIZON, 1); }) == CRM_E_ARGUMENT);
    const double tiers[] = {0.5, 0.5};
    set.set(CRM_OPTION_HORIZON, 52.0).set_integer(CRM_OPTION_MODEL, CRM_MODEL_BG_NBD).set(CRM_OPTION_TIERS, tiers);
    crm::report r(good, set.get(), two.get(), &o);
    CHECK(o && r.tier().size() == 8);
    // A remark is not thrown: a bad row is NaN, the others are right.
    const double p[] = {0.243, 4.414, 0.793, 2.426}, x[] = {2, 2}, t_x[] = {30, 40}, T[] = {39, 39};
    const crm::model m(CRM_MODEL_BG_NBD, p);
    std::vector<double> se;
    const std::vector<double> alive = m.p_alive(crm::histories{x, t_x, T}, 0.0, &se, nullptr, &o);
    CHECK(o && o.remarked() && o.status() == CRM_BAD_ROWS && o.detail.row == 1 && o.detail.bad_rows == 1);
    CHECK(alive.size() == 2 && alive[0] > 0.0 && std::isnan(alive[1]) && se.size() == 2);
    CHECK(thrown([&] { m.p_alive(crm::histories{x, t_x, T}); }) == CRM_OK);
    CHECK(m.parameters() == std::vector<double>(p, p + 4));
}

static void lengths()
{
    const std::vector<int64_t> fewer(3);
    const std::vector<double> two = {1, 2}, one = {1};
    crm::outcome o;
    CHECK(thrown([&] { crm::customers(key, fewer, cents, weeks); }) == CRM_E_ARGUMENT);
    crm::customers b(key, day, fewer, weeks, nullptr, nullptr, &o);
    CHECK(!b && o.status() == CRM_E_ARGUMENT && o.detail.row == -1 && std::isnan(o.detail.value) && o.text()[0]);
    CHECK(thrown([&] { crm::summary(two, one, two); }) == CRM_E_ARGUMENT);
    const double p[] = {0.243, 4.414, 0.793, 2.426}, q[] = {6.25, 3.74, 15.44};
    const crm::model m(CRM_MODEL_BG_NBD, p), spend(CRM_MODEL_GAMMA_GAMMA, q);
    CHECK(thrown([&] { m.p_alive(crm::histories{two, two, one}); }) == CRM_E_ARGUMENT);
    CHECK(thrown([&] { m.expected(crm::histories{two, one, two}, 1.0); }) == CRM_E_ARGUMENT);
    CHECK(thrown([&] { m.discounted(crm::histories{one, two, two}, 1.0, 0.1); }) == CRM_E_ARGUMENT);
    CHECK(thrown([&] { spend.spend(two, one); }) == CRM_E_ARGUMENT);
    CHECK(thrown([&] { crm::model(CRM_MODEL_BG_NBD, q); }) == CRM_E_ARGUMENT);
    CHECK(spend.spend(two, two).size() == 2);
    CHECK(m.p_alive(crm::histories{crm::span<double>(), crm::span<double>(), crm::span<double>()}).empty());
}

static void blobs()
{
    crm::summary s(book()), sum = crm::summary::load(s.save());
    CHECK(sum && sum.save() == s.save());
    sum.merge(s);
    CHECK(crm_summary_fact(sum.get(), CRM_SUMMARY_PURCHASES) == 16);
    std::vector<uint8_t> bytes = s.save();
    bytes.pop_back();
    crm::outcome o;
    const crm::summary broken = crm::summary::load(bytes, nullptr, &o);
    CHECK(!broken && o.status() == CRM_E_FORMAT);
    CHECK(thrown([&] { crm::summary::load(bytes); }) == CRM_E_FORMAT);
    CHECK(thrown([&] { crm::summary::load(crm::span<uint8_t>()); }) < 0);
    crm::names names;
    crm_error e;
    CHECK(crm_names_create(nullptr, names.out(), &e) == CRM_OK && names && crm_names_count(names.get()) == 0);
    CHECK(crm_names_create(nullptr, names.out(), &e) == CRM_OK && names); // the first is destroyed
}

int main()
{
    moves();
    empty();
    outcomes();
    lengths();
    blobs();
    std::printf("%d checks of crmcore.hpp, %d failed\n", checks, failures);
    return failures != 0;
}
