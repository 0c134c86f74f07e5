#define TT_RUN_MULTIPLY multiply_by_avx512
#define Eigen EigenFor_avx512
#include "device/matrix_product_kernel.hpp"
