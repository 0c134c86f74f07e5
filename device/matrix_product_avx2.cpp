#define TT_RUN_MULTIPLY multiply_by_avx2
#define Eigen EigenFor_avx2
#include "device/matrix_product_kernel.hpp"
