#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tt_run::topology {

/// When to give up. Only ever turns an answer into "unknown".
using Deadline = std::chrono::steady_clock::time_point;

/// How far a formula's search may go. Conflicts are the same on every machine; negative for no bound.
struct Effort {
    int conflicts = -1;
    Deadline deadline = Deadline::max();
};

enum class SatAnswer : std::uint8_t { satisfied, contradiction, unknown };

/// A propositional formula and its solver (CaDiCaL). Literals are variables or their negatives. The same
/// calls give the same answers and the same model, anywhere. Not thread-safe.
class SatProblem {
  public:
    /// `guess` is what a variable is tried as at first.
    explicit SatProblem(bool guess = true);
    ~SatProblem();
    SatProblem(const SatProblem&) = delete;
    SatProblem& operator=(const SatProblem&) = delete;

    /// From then on no clause is taken any more, and the answer is `unknown`: large formulas take long to
    /// state.
    void state_until(Deadline deadline) { state_until_ = deadline; }

    int new_variable() { return ++variables_; }
    int variables() const { return variables_; }

    void add(std::span<const int> clause);
    void add(std::initializer_list<int> clause) { add(std::span(clause.begin(), clause.size())); }
    /// `literal` implies that one of `any` holds.
    void implies_any(int literal, std::span<const int> any);

    void at_most_one(std::span<const int> literals);
    void exactly_one(std::span<const int> literals);
    /// Sorted counts: the k-th literal returned (from 0) holds exactly if more than k of `literals` hold.
    /// Counts beyond `most` are not told apart: `most` literals are returned at most.
    std::vector<int> count(std::span<const int> literals, std::size_t most);
    /// For a literal that stands for several units, repeat it.
    void at_least(std::span<const int> literals, std::size_t number);

    SatAnswer solve(Effort effort);
    /// In the model of the last `satisfied`.
    bool holds(int literal) const;

  private:
    struct Solver;

    bool takes_clauses();
    std::vector<int> merge_by_pairs(const std::vector<int>& a, const std::vector<int>& b, std::size_t most);
    std::vector<int> merge_by_network(const std::vector<int>& a, const std::vector<int>& b);

    std::unique_ptr<Solver> solver_;
    int variables_ = 0;
    Deadline state_until_ = Deadline::max();
    std::uint64_t clauses_ = 0;
    bool is_abandoned_ = false;
};

}  // namespace tt_run::topology
