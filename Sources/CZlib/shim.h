// zlib, and inflateInit2 as a function: it is a macro, which Swift cannot call.
#include <zlib.h>

static inline int czlib_inflate_init_gzip(z_stream *stream) {
  // 15 bits of window, the largest; 16 more ask for the gzip wrapper.
  return inflateInit2(stream, 15 + 16);
}
