#include "topology/mapping/sat.hpp"

#include <algorithm>
#include <utility>

#include <cadical.hpp>

namespace tt_run::topology {

namespace {

/// Below so many literals every pair gets a clause.
constexpr std::size_t kFewForPairs = 6;
/// Larger counts are merged by a network.
constexpr std::size_t kMostPairsToMerge = 65'536;
/// The clock is asked once in so many clauses.
constexpr std::uint64_t kClausesPerLook = 4096;
/// What the solver returns, by the convention of SAT competitions.
constexpr int kSatisfiable = 10;
constexpr int kUnsatisfiable = 20;

class UntilDeadline : public CaDiCaL::Terminator {
  public:
    Deadline deadline = Deadline::max();
    bool terminate() override { return std::chrono::steady_clock::now() >= deadline; }
};

}  // namespace

struct SatProblem::Solver {
    CaDiCaL::Solver engine;
    UntilDeadline until;
};

SatProblem::SatProblem(bool guess) : solver_(std::make_unique<Solver>()) {
    solver_->engine.set("quiet", 1);
    solver_->engine.set("phase", guess ? 1 : 0);
    solver_->engine.connect_terminator(&solver_->until);
}

SatProblem::~SatProblem() {
    solver_->engine.disconnect_terminator();
}

bool SatProblem::takes_clauses() {
    is_abandoned_ = is_abandoned_ ||
                    (++clauses_ % kClausesPerLook == 0 && std::chrono::steady_clock::now() >= state_until_);
    return !is_abandoned_;
}

void SatProblem::add(std::span<const int> clause) {
    if (!takes_clauses()) {
        return;
    }
    for (const int literal : clause) {
        solver_->engine.add(literal);
    }
    solver_->engine.add(0);
}

void SatProblem::implies_any(int literal, std::span<const int> any) {
    if (!takes_clauses()) {
        return;
    }
    solver_->engine.add(-literal);
    for (const int other : any) {
        solver_->engine.add(other);
    }
    solver_->engine.add(0);
}

void SatProblem::at_most_one(std::span<const int> literals) {
    // Blocks of a few, each with a literal that says "one of these or of those before".
    std::vector<int> rest(literals.begin(), literals.end());
    while (rest.size() > kFewForPairs) {
        std::vector<int> next;
        for (std::size_t begin = 0; begin < rest.size(); begin += kFewForPairs) {
            const std::size_t end = std::min(begin + kFewForPairs, rest.size());
            const int any = new_variable();
            for (std::size_t i = begin; i < end; ++i) {
                add({-rest[i], any});
                for (std::size_t j = i + 1; j < end; ++j) {
                    add({-rest[i], -rest[j]});
                }
            }
            next.push_back(any);
        }
        rest = std::move(next);
    }
    for (std::size_t i = 0; i < rest.size(); ++i) {
        for (std::size_t j = i + 1; j < rest.size(); ++j) {
            add({-rest[i], -rest[j]});
        }
    }
}

void SatProblem::exactly_one(std::span<const int> literals) {
    add(literals);
    at_most_one(literals);
}

std::vector<int> SatProblem::count(std::span<const int> literals, std::size_t most) {
    if (literals.size() <= 1) {
        return {literals.begin(), literals.end()};
    }
    const std::size_t half = literals.size() / 2;
    const std::vector<int> a = count(literals.first(half), most);
    const std::vector<int> b = count(literals.subspan(half), most);
    if (a.size() * b.size() <= kMostPairsToMerge) {
        return merge_by_pairs(a, b, most);
    }
    std::vector<int> sum = merge_by_network(a, b);
    sum.resize(std::min(sum.size(), most));
    return sum;
}

/// A totalizer's step: the solver sees through it at once, but it grows with the square.
std::vector<int> SatProblem::merge_by_pairs(const std::vector<int>& a, const std::vector<int>& b,
                                            std::size_t most) {
    std::vector<int> sum(std::min(a.size() + b.size(), most));
    for (int& literal : sum) {
        literal = new_variable();
    }
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            // i of a and j of b hold: so do i + j.
            const std::size_t held = std::min(i + j, sum.size());
            if (held > 0) {
                std::vector<int> clause{sum[held - 1]};
                if (i > 0) {
                    clause.push_back(-a[i - 1]);
                }
                if (j > 0) {
                    clause.push_back(-b[j - 1]);
                }
                add(clause);
            }
            // Not more than i of a and j of b: not more than i + j.
            if (i + j < sum.size()) {
                std::vector<int> clause{-sum[i + j]};
                if (i < a.size()) {
                    clause.push_back(a[i]);
                }
                if (j < b.size()) {
                    clause.push_back(b[j]);
                }
                add(clause);
            }
        }
    }
    return sum;
}

/// Batcher's odd-even merge of two sorted counts (AFIPS 1968): n log n exchanges.
std::vector<int> SatProblem::merge_by_network(const std::vector<int>& a, const std::vector<int>& b) {
    if (a.empty() || b.empty()) {
        return a.empty() ? b : a;
    }
    const auto exchange = [&](int x, int y) {
        const int either = new_variable();
        const int both = new_variable();
        add({-x, either});
        add({-y, either});
        add({x, y, -either});
        add({-both, x});
        add({-both, y});
        add({-x, -y, both});
        return std::pair(either, both);
    };
    if (a.size() == 1 && b.size() == 1) {
        const auto [either, both] = exchange(a[0], b[0]);
        return {either, both};
    }
    const auto every_second = [](const std::vector<int>& all, std::size_t first) {
        std::vector<int> some;
        for (std::size_t k = first; k < all.size(); k += 2) {
            some.push_back(all[k]);
        }
        return some;
    };
    const std::vector<int> even = merge_by_network(every_second(a, 0), every_second(b, 0));
    const std::vector<int> odd = merge_by_network(every_second(a, 1), every_second(b, 1));
    std::vector<int> sum{even[0]};
    for (std::size_t k = 0; k < odd.size() && k + 1 < even.size(); ++k) {
        const auto [either, both] = exchange(even[k + 1], odd[k]);
        sum.push_back(either);
        sum.push_back(both);
    }
    if (sum.size() < a.size() + b.size()) {
        sum.push_back(even.size() > odd.size() ? even.back() : odd.back());
    }
    return sum;
}

void SatProblem::at_least(std::span<const int> literals, std::size_t number) {
    if (number == 0) {
        return;
    }
    if (number == 1 || literals.size() < number) {
        number == 1 ? add(literals) : add(std::span<const int>{});
        return;
    }
    add({count(literals, number)[number - 1]});
}

SatAnswer SatProblem::solve(Effort effort) {
    if (is_abandoned_) {
        return SatAnswer::unknown;
    }
    solver_->engine.limit("conflicts", effort.conflicts);
    solver_->until.deadline = effort.deadline;
    switch (solver_->engine.solve()) {
        case kSatisfiable:
            return SatAnswer::satisfied;
        case kUnsatisfiable:
            return SatAnswer::contradiction;
        default:
            return SatAnswer::unknown;
    }
}

bool SatProblem::holds(int literal) const {
    return solver_->engine.val(literal) > 0;
}

}  // namespace tt_run::topology
