#define TT_RUN_MULTIPLY multiply_by_avx512
#define TT_RUN_LANES 16
#include "device/matrix_product_kernel.hpp"
