#pragma once

#include <span>
#include <string>

namespace tt_run::device {

// Functions of one number for many at a time, in place. What comes out for a value depends on that value
// alone: not on where it stands nor on what stands beside it, so that a tensor cut into shards gives what it
// gives whole. Spans must be aligned to 16 bytes, as what std::vector allocates is.

void relu_all(std::span<float> x);
void exp_all(std::span<float> x);  ///< within 2 units in the last place, denormal results too
void gelu_all(std::span<float> x);
void silu_all(std::span<float> x);
void sqrt_all(std::span<float> x);
void abs_all(std::span<float> x);
void neg_all(std::span<float> x);

using VectorFunction = void (*)(std::span<float>);
/// "relu", "gelu" or "silu". Throws for other names.
VectorFunction activation_function(const std::string& name);

}  // namespace tt_run::device
