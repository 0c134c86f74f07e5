// The kernel of matrix_product_*.cpp, each of which is compiled for another kind of vectors. Defined before
// this is included: TT_RUN_MULTIPLY, the function's name, and Eigen, a name that Eigen's own namespace gets
// there. Were it the same everywhere, the linker would keep one of several like-named functions, perhaps one
// that this processor cannot run. For the same reason nothing of the standard library is used here.
#include <Eigen/Core>

#include "device/matrix_product.hpp"

namespace tt_run::device {

void TT_RUN_MULTIPLY(const MatrixProduct& product) {
    using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using View = Eigen::Map<const Matrix>;
    const auto rows = static_cast<Eigen::Index>(product.rows);
    const auto inner = static_cast<Eigen::Index>(product.inner);
    const auto columns = static_cast<Eigen::Index>(product.columns);
    const View a(product.a, product.a_transposed ? inner : rows, product.a_transposed ? rows : inner);
    const View b(product.b, product.b_transposed ? columns : inner, product.b_transposed ? inner : columns);
    Eigen::Map<Matrix> out(product.out, rows, columns);
    if (product.a_transposed && product.b_transposed) {
        out.noalias() = a.transpose() * b.transpose();
    } else if (product.a_transposed) {
        out.noalias() = a.transpose() * b;
    } else if (product.b_transposed) {
        out.noalias() = a * b.transpose();
    } else {
        out.noalias() = a * b;
    }
}

}  // namespace tt_run::device
