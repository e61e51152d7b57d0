// The main job: from a log of purchases to what each customer is worth.
#include <crmcore.hpp>
#include <iostream>

int main()
try {
    // who bought, on which day, for how many cents
    const std::vector<uint64_t> key = {1, 1, 2, 3, 3, 3, 4, 5, 5, 6, 6, 6, 6, 7, 8, 8};
    const std::vector<int64_t> day = {0, 40, 3, 5, 30, 90, 8, 10, 100, 12, 33, 61, 95, 20, 21, 70};
    const std::vector<int64_t> amount = {2999, 1250, 990, 4500, 3800, 5200, 1500, 2500, 2700, 800, 950, 1200, 700, 3300, 1900, 2100};
    crm::customers book(key, day, amount, {120, 7, 2});
    crm::report report(book);
    const auto value = report.f64(CRM_REPORT_VALUE);
    for (std::size_t i = 0; i < book.size(); i++)
        std::cout << "customer " << book.keys()[i] << ": worth " << value[i] << ", tier " << int(report.tier()[i]) << "\n";
} catch (const crm::error &e) {
    std::cerr << e.what() << "\n";
    return 1;
}
