#define TT_RUN_MULTIPLY multiply_by_default
#define TT_RUN_LANES 4
#include "device/matrix_product_kernel.hpp"
