// Rows on an NVIDIA GPU, to sums about pivots, reading every number once.
//
// Compiled by NVRTC for one input type and width at a time (kedou/moments/on_cuda.py). Definitions
// that come with the call:
//
//   NUMBER    float or double: what X holds; all sums are float64
//   TARGET    float or double: what y and weight hold
//   COLUMNS   how many [X y] has
//   WEIGHTED  0 or 1
//
// Rows are cut into stretches whose borders depend on the number of rows alone, never on the card.
// For the rows i of a stretch and its pivot m, with d_i = (x_i, y_i) - m:
//
//   W = sum w_i        s = sum w_i d_i        G = sum w_i d_i d_i'
//
// `pivots` guesses m from some rows of the stretch (or finds it from all), `narrow` adds up few
// columns in registers, `wide` many columns by the matrix units, `totals` adds up the stretches.

typedef long long whole;
typedef NUMBER T;
typedef TARGET U;
constexpr int P = COLUMNS;

#define THREADS 128
#define PAIRS (P * (P + 1) / 2)

#ifndef EMULATED

// Copies go to shared memory without a stay in registers, where the card can do so.
template <class Number>
__device__ __forceinline__ void copy_async(Number* to, const Number* from) {
#if __CUDA_ARCH__ >= 800
  const unsigned place = (unsigned)__cvta_generic_to_shared(to);
  asm volatile("cp.async.ca.shared.global [%0], [%1], %2;" ::"r"(place), "l"(from),
               "n"(sizeof(Number)));
#else
  *to = *from;
#endif
}

__device__ __forceinline__ void copies_belong_together() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;");
#endif
}

template <int LATER>
__device__ __forceinline__ void wait_for_copies() {  // all but the last LATER groups
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(LATER));
#endif
}

// c += a b for one warp: a 16 x 8, b 8 x 8, laid out over the lanes as the matrix units want them
// (PTX ISA, "Matrix Fragments for mma.m16n8k8 with .f64 floating point type"): lane 4 g + t holds
//   a: (g, t) (g + 8, t) (g, t + 4) (g + 8, t + 4)    b: (t, g) (t + 4, g)
//   c: (g, 2t) (g, 2t + 1) (g + 8, 2t) (g + 8, 2t + 1)
__device__ __forceinline__ void multiply(double (&c)[4], const double (&a)[4],
                                         const double (&b)[2]) {
#if __CUDA_ARCH__ >= 900 && !defined(SMALL_PRODUCTS)
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f64.f64.f64.f64 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+d"(c[0]), "+d"(c[1]), "+d"(c[2]), "+d"(c[3])
      : "d"(a[0]), "d"(a[1]), "d"(a[2]), "d"(a[3]), "d"(b[0]), "d"(b[1]));
#elif __CUDA_ARCH__ >= 800
#pragma unroll
  for (int half = 0; half < 2; half++)
#pragma unroll
    for (int lower = 0; lower < 2; lower++)
      asm volatile(
          "mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0,%1}, {%2}, {%3}, {%0,%1};"
          : "+d"(c[2 * lower]), "+d"(c[2 * lower + 1])
          : "d"(a[2 * half + lower]), "d"(b[half]));
#endif
}

#endif

__device__ __forceinline__ double added_over_warp(double value) {
#pragma unroll
  for (int apart = 16; apart > 0; apart /= 2) value += __shfl_xor_sync(~0u, value, apart);
  return value;
}

__device__ __forceinline__ double cell(const T* X, whole pitch, const U* y, whole row, int column) {
  return column < P - 1 ? (double)X[row * pitch + column] : (double)y[row];
}

// A pivot of few digits for each column of each stretch, shape (stretches, P).
//
// From `looked` rows: one out of each of as many equal pieces of the stretch, its place in the
// piece a hash of its number, so that no pattern in the data meets them all. The pivot stands
// on a grid no coarser than half the spread q of these rows, as on the processor
// (kedou.moments.accumulate.short_pivot): data of few digits minus it are exact.
//
// grid : (stretches, P over 32)
extern "C" __global__ void __launch_bounds__(256)
    pivots(const T* X, whole pitch, const U* y, const U* weight, whole rows, whole length,
           whole looked, double* out) {
  __shared__ double part[8][33], weights[8][33];
  const int lane = threadIdx.x % 32, group = threadIdx.x / 32;
  const whole first = (whole)blockIdx.x * length;
  const unsigned count = (unsigned)(rows - first < length ? rows - first : length);
  const unsigned some = looked < count ? (unsigned)looked : count, piece = count / some;
  const int column = blockIdx.y * 32 + lane;
  double mean = 0.0;
  // Round 0: the weighted mean. Round 1: the mean of rows that all weigh nothing. Round 2: q.
  for (int round = 0; round < 3; round++) {
    double sum = 0.0, total = 0.0;
#pragma unroll 4
    for (unsigned i = group; i < some; i += 8) {
      unsigned hash = i * 0x9E3779B9u + blockIdx.x * 0x85EBCA6Bu;
      hash = (hash ^ (hash >> 15)) * 0x2C1B3C6Du;
      hash ^= hash >> 13;
      const whole row = first + i * piece + (unsigned)((unsigned long long)hash * piece >> 32);
      double w = 1.0;
      if (WEIGHTED && round != 1) w = (double)weight[row];
      total += w;
      if (column >= P) continue;
      const double value = cell(X, pitch, y, row, column);
      const double apart = value - mean;
      sum += w * (round == 2 ? apart * apart : value);
    }
    part[group][lane] = sum;
    weights[group][lane] = total;
    __syncthreads();
    sum = total = 0.0;
    for (int other = 0; other < 8; other++) {
      sum += part[other][lane];
      total += weights[other][lane];
    }
    __syncthreads();
    if (round == 2) {
      const double q = sqrt(sum / (total > 0.0 ? total : 1.0)) / 2;
      double pivot = mean;
      if (q > 1e-290 && q < 1e300) {
        const double grid = exp2(floor(log2(q)));
        pivot = rint(mean / grid) * grid;
      }
      if (group == 0 && column < P) out[(whole)blockIdx.x * P + column] = pivot;
    } else if (total > 0.0) {
      mean = sum / total;
      round = 1;  // all threads take this way or none: the weights are the same for each column
    }
  }
}

#if COLUMNS <= 12

// Few columns: a thread takes a row at a time and keeps all sums in registers.
//
// out : (stretches, P + 1) W and s;  products : (stretches, PAIRS) the upper triangle of G
#define LINE ((P - 1) | 1)  // odd, so that the rows of a warp lie in different banks
#define STAGE_BYTES (THREADS * (LINE * (int)sizeof(T) + (1 + WEIGHTED) * (int)sizeof(U)))
#define ROOM (47 * 1024 - (THREADS / 32) * (PAIRS + P + 1) * 8)
#define STAGES (ROOM / STAGE_BYTES < 8 ? ROOM / STAGE_BYTES : 8)  // of copies that are on the way

extern "C" __global__ void __launch_bounds__(THREADS)
    narrow(const T* X, whole pitch, const U* y, const U* weight, whole rows, whole length,
           const double* pivot_of, double* out, double* products) {
  __shared__ T lines[STAGES][THREADS * LINE];
  __shared__ U targets[STAGES][THREADS], weights[WEIGHTED ? STAGES : 1][THREADS];
  __shared__ double pivot[P], added[THREADS / 32][PAIRS + P + 1];
  const int t = threadIdx.x;
  const whole first = (whole)blockIdx.x * length;
  const whole count = rows - first < length ? rows - first : length;
  if (t < P) pivot[t] = pivot_of[(whole)blockIdx.x * P + t];

  double G[PAIRS], s[P], W = 0.0;
#pragma unroll
  for (int i = 0; i < PAIRS; i++) G[i] = 0.0;
#pragma unroll
  for (int j = 0; j < P; j++) s[j] = 0.0;

  const int tiles = (int)((count + THREADS - 1) / THREADS);
  auto load = [&](int tile) {
    T* to = lines[tile % STAGES];
    const whole begin = (whole)tile * THREADS;
    const T* from = X + (first + begin) * pitch;
    const int there = (int)(count - begin < THREADS ? count - begin : THREADS);
#pragma unroll
    for (int i = 0; i < P - 1; i++) {
      const int e = i * THREADS + t, row = e / (P - 1 > 0 ? P - 1 : 1), column = e - row * (P - 1);
      if (row < there) copy_async(to + row * LINE + column, from + row * pitch + column);
    }
    if (t < there) {
      copy_async(&targets[tile % STAGES][t], y + first + begin + t);
      if (WEIGHTED) copy_async(&weights[tile % STAGES][t], weight + first + begin + t);
    }
  };

#pragma unroll
  for (int tile = 0; tile < STAGES - 1; tile++) {
    if (tile < tiles) load(tile);
    copies_belong_together();
  }
  for (int tile = 0; tile < tiles; tile++) {
    wait_for_copies<STAGES - 2>();
    __syncthreads();
    if (tile + STAGES - 1 < tiles) load(tile + STAGES - 1);
    copies_belong_together();
    if ((whole)tile * THREADS + t < count) {
      const T* line = lines[tile % STAGES] + t * LINE;
      double d[P];
#pragma unroll
      for (int j = 0; j < P - 1; j++) d[j] = (double)line[j] - pivot[j];
      d[P - 1] = (double)targets[tile % STAGES][t] - pivot[P - 1];
      const double w = WEIGHTED ? (double)weights[tile % STAGES][t] : 1.0;
      if (WEIGHTED) W += w;
      int place = 0;
#pragma unroll
      for (int i = 0; i < P; i++) {
        const double u = WEIGHTED ? w * d[i] : d[i];
        s[i] += u;
#pragma unroll
        for (int j = i; j < P; j++) {
          G[place] = fma(u, d[j], G[place]);
          place++;
        }
      }
    }
  }

  const int lane = t % 32, warp = t / 32;
#pragma unroll
  for (int i = 0; i < PAIRS; i++) {
    const double sum = added_over_warp(G[i]);
    if (lane == 0) added[warp][i] = sum;
  }
#pragma unroll
  for (int j = 0; j < P; j++) {
    const double sum = added_over_warp(s[j]);
    if (lane == 0) added[warp][PAIRS + 1 + j] = sum;
  }
  if (WEIGHTED) {
    const double sum = added_over_warp(W);
    if (lane == 0) added[warp][PAIRS] = sum;
  }
  __syncthreads();
  for (int i = t; i < PAIRS + P + 1; i += THREADS) {
    double sum = 0.0;
    for (int other = 0; other < THREADS / 32; other++) sum += added[other][i];
    if (i == PAIRS && !WEIGHTED) sum = (double)count;
    if (i < PAIRS)
      products[(whole)blockIdx.x * PAIRS + i] = sum;
    else
      out[(whole)blockIdx.x * (P + 1) + i - PAIRS] = sum;
  }
}

#else

// Many columns: a block multiplies SIDE columns of [X y 1], about the pivot, with SIDE others.
//
// grid : (pairs of SIDE columns I <= J, stretches)
// products : (stretches, pairs, SIDE, SIDE); where I = J and SIDE = 64, the lower left 32 x 32 is
//   not written
//
// Each of four warps has a product of 32 x 32: one of 2 x 2 at SIDE = 64, and at SIDE = 32 the
// same one from other rows.
#if COLUMNS < 32
#define SIDE 32
#define SLAB 32  // rows at a time
#else
#define SIDE 64
#define SLAB 16
#endif
#define SPLIT (64 / SIDE * (64 / SIDE))  // warps that share a product
#define PADDED (SIDE + 4)  // so that the 16 numbers that half a warp asks for lie in 16 banks
#define ROWS_APART (THREADS / SIDE)
#define TAKEN (SLAB / ROWS_APART)

template <bool Same>
struct Wider {
  typedef double type;
};
template <>
struct Wider<true> {
  typedef T type;
};
typedef Wider<sizeof(T) == sizeof(U)>::type Raw;  // what holds a number of X and of y

// A column of [X y 1 0 ..] about its pivot, for one thread: it takes every ROWS_APART-th row.
struct Column {
  const T* from;  // the thread's first row; y's where that has the type of X
  const U* from_y;
  whole step;
  int place;
  double pivot;

  __device__ Column(int which, const double* pivots, const T* X, whole pitch, const U* y,
                    whole first)
      : from(X + first * pitch + (which < P - 1 ? which : 0)),
        from_y(y + first),
        step(pitch),
        place(which),
        pivot(which < P ? pivots[which] : 0.0) {
    if (sizeof(T) == sizeof(U) && which == P - 1) {
      from = (const T*)from_y;
      step = 1;
    }
  }

  // Rows begin, begin + ROWS_APART, ..; those from `count` on are never looked at.
  __device__ __forceinline__ void fetch(whole begin, whole count, Raw (&into)[TAKEN]) const {
    if (begin + (TAKEN - 1) * ROWS_APART < count) {
      const T* at = from + begin * step;
      const whole apart = ROWS_APART * step;
#pragma unroll
      for (int i = 0; i < TAKEN; i++, at += apart) into[i] = *at;
    } else {
#pragma unroll
      for (int i = 0; i < TAKEN; i++)
        if (begin + i * ROWS_APART < count) into[i] = from[(begin + i * ROWS_APART) * step];
    }
    if (sizeof(T) != sizeof(U) && place == P - 1)
#pragma unroll
      for (int i = 0; i < TAKEN; i++)
        if (begin + i * ROWS_APART < count) into[i] = from_y[begin + i * ROWS_APART];
  }

  // Put them in their places, times their weights; nothing where there are no rows.
  __device__ __forceinline__ void store(whole begin, whole count, const Raw (&taken)[TAKEN],
                                        const U* weights, double* to) const {
    const bool all = begin + (TAKEN - 1) * ROWS_APART < count;
    if (place < P && all) {
#pragma unroll
      for (int i = 0; i < TAKEN; i++) {
        const double d = (double)taken[i] - pivot;
        to[i * ROWS_APART * PADDED] = weights ? d * (double)weights[i] : d;
      }
    } else {
#pragma unroll
      for (int i = 0; i < TAKEN; i++) {
        double d = place < P ? (double)taken[i] - pivot : place == P ? 1.0 : 0.0;
        if (weights) d *= (double)weights[i];
        to[i * ROWS_APART * PADDED] = all || begin + i * ROWS_APART < count ? d : 0.0;
      }
    }
  }
};

extern "C" __global__ void __launch_bounds__(THREADS, WEIGHTED ? 2 : 3)
    wide(const T* X, whole pitch, const U* y, const U* weight, whole rows, whole length,
         const double* pivot_of, double* products) {
  __shared__ double left[2][SLAB][PADDED], right[2][SLAB][PADDED];
  const int t = threadIdx.x, lane = t % 32, warp = t / 32;
  int I = 0, J = blockIdx.x;
  const int across = (P + SIDE) / SIDE;  // P + 1 over SIDE, upwards
  while (J >= across - I) J -= across - I++;
  J += I;
  const bool same = I == J, one_load = same && !WEIGHTED;
  const whole first = (whole)blockIdx.y * length;
  const whole count = rows - first < length ? rows - first : length;

  // What a thread fetches for the next slab stays as it came until the products of this one are
  // done: nothing waits for memory.
  const int column = t % SIDE, above = t / SIDE;
  const double* pivot = pivot_of + (whole)blockIdx.y * P;
  const Column of_left(I * SIDE + column, pivot, X, pitch, y, first);
  const Column of_right(J * SIDE + column, pivot, X, pitch, y, first);
  Raw next_left[TAKEN], next_right[TAKEN];
  U next_weight[TAKEN];

  auto fetch = [&](whole begin) {
    of_left.fetch(begin + above, count, next_left);
    if (!one_load) of_right.fetch(begin + above, count, next_right);
    if (WEIGHTED)
#pragma unroll
      for (int i = 0; i < TAKEN; i++) {
        const whole row = begin + above + i * ROWS_APART;
        next_weight[i] = row < count ? weight[first + row] : (U)0;
      }
  };
  auto store = [&](whole begin, int buffer) {
    of_left.store(begin + above, count, next_left, WEIGHTED ? next_weight : nullptr,
                  &left[buffer][above][column]);
    if (!one_load)
      of_right.store(begin + above, count, next_right, nullptr, &right[buffer][above][column]);
  };

  const int upper = SIDE == 64 ? warp / 2 * 32 : 0, beside = SIDE == 64 ? warp % 2 * 32 : 0;
  const int begin_row = SPLIT == 1 ? 0 : warp * (SLAB / SPLIT);
  const bool idle = same && upper > beside;
  const int g = lane / 4, q = lane % 4;
  double c[2][4][4];
#pragma unroll
  for (int i = 0; i < 2; i++)
#pragma unroll
    for (int j = 0; j < 4; j++)
#pragma unroll
      for (int e = 0; e < 4; e++) c[i][j][e] = 0.0;

  fetch(0);
  store(0, 0);
  __syncthreads();
  int buffer = 0;
  for (whole begin = 0; begin < count; begin += SLAB, buffer ^= 1) {
    const bool more = begin + SLAB < count;
    if (more) fetch(begin + SLAB);
    if (!idle) {
      const double(*A)[PADDED] = left[buffer];
      const double(*B)[PADDED] = one_load ? left[buffer] : right[buffer];
#pragma unroll
      for (int part = 0; part < SLAB / SPLIT; part += 8) {
        const int r = begin_row + part;
        double a[2][4], b[4][2];
#pragma unroll
        for (int i = 0; i < 2; i++)
#pragma unroll
          for (int e = 0; e < 4; e++)
            a[i][e] = A[r + q + e / 2 * 4][upper + i * 16 + g + e % 2 * 8];
#pragma unroll
        for (int j = 0; j < 4; j++)
#pragma unroll
          for (int e = 0; e < 2; e++) b[j][e] = B[r + q + e * 4][beside + j * 8 + g];
#pragma unroll
        for (int i = 0; i < 2; i++)
#pragma unroll
          for (int j = 0; j < 4; j++) multiply(c[i][j], a[i], b[j]);
      }
    }
    if (more) store(begin + SLAB, buffer ^ 1);
    __syncthreads();
  }

  double* to = products + ((whole)blockIdx.y * gridDim.x + blockIdx.x) * SIDE * SIDE;
  for (int turn = 0; turn < SPLIT; turn++) {  // one warp after the other adds what it has
    if (!idle && (SPLIT == 1 || warp == turn))
#pragma unroll
      for (int i = 0; i < 2; i++)
#pragma unroll
        for (int j = 0; j < 4; j++)
#pragma unroll
          for (int e = 0; e < 4; e++) {
            double* place = to + (upper + i * 16 + g + e / 2 * 8) * SIDE + beside + j * 8 + 2 * q + e % 2;
            *place = turn == 0 ? c[i][j][e] : *place + c[i][j][e];
          }
    if (SPLIT > 1) __syncthreads();
  }
}

#endif

// out[i] = sum over the stretches of each[stretch][i], always in the same order.
extern "C" __global__ void __launch_bounds__(256)
    totals(const double* each, whole stretches, whole size, double* out) {
  __shared__ double part[8][33];
  const int lane = threadIdx.x % 32, group = threadIdx.x / 32;
  const whole i = (whole)blockIdx.x * 32 + lane;
  double sum = 0.0;
  if (i < size)
    for (whole stretch = group; stretch < stretches; stretch += 8) sum += each[stretch * size + i];
  part[group][lane] = sum;
  __syncthreads();
  if (group == 0 && i < size) {
    sum = 0.0;
    for (int other = 0; other < 8; other++) sum += part[other][lane];
    out[i] = sum;
  }
}
