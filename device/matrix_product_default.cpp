#define TT_RUN_MULTIPLY multiply_by_default
#define Eigen EigenFor_default
#include "device/matrix_product_kernel.hpp"
