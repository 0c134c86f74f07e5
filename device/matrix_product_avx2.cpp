#define TT_RUN_MULTIPLY multiply_by_avx2
#define TT_RUN_LANES 8
#include "device/matrix_product_kernel.hpp"
