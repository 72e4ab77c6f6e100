// The one place that names the C headers of OpenBLAS and LAPACKE.
//
// cblas.h must be OpenBLAS's own: it declares openblas_set_num_threads as well.
// lapacke.h may not define its complex types with C99's _Complex, which Swift
// cannot import; nothing here needs complex numbers.
#include <cblas.h>

#define lapack_complex_float float
#define lapack_complex_double double
#define LAPACK_COMPLEX_CUSTOM
#include <lapacke.h>
