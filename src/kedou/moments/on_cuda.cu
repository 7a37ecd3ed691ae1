// Rows on an NVIDIA GPU, to sums about pivots, reading every number once.
//
// Compiled by NVRTC for one input type and width at a time (kedou/moments/on_cuda.py). Definitions
// that come with the call:
//
//   NUMBER    float or double: what X holds; all sums are float64
//   TARGET    float or double: what y and weight hold
//   COLUMNS   how many [X y] has
//   WEIGHTED  0 or 1
//   GAPLESS   1 if row follows row in X without a gap, from an address that 16 divides
//
// Rows are cut into stretches whose borders depend on the number of rows alone, never on the card.
// For the rows i of a stretch and its pivot m, with d_i = (x_i, y_i) - m:
//
//   W = sum w_i        s = sum w_i d_i        G = sum w_i d_i d_i'
//
// `pivots` guesses m from some rows of the stretch (or finds it from all), `narrow` and
// `wide` multiply few and many columns in the matrix units, `totals` adds up the stretches.

typedef long long whole;
typedef NUMBER T;
typedef TARGET U;
constexpr int P = COLUMNS;

#define THREADS 128

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

__device__ __forceinline__ void copy_16_bytes(char* to, const char* from) {
#if __CUDA_ARCH__ >= 800
  const unsigned place = (unsigned)__cvta_generic_to_shared(to);
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(place), "l"(from));
#else
  *(int4*)to = *(const int4*)from;
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

#if COLUMNS < 64

// Few columns: a warp multiplies all of [X y 1] about the pivot with itself, for rows of its own
// that it copies a few steps ahead; warps wait for nobody but themselves.
//
// sums : (stretches, P + 1) s and W
// products : (stretches, SIDE, SIDE); of the 16 x 8 fragments only those that reach above the
//   diagonal are written
#define WARPS (THREADS / 32)
#define FRAGMENTS ((P + 16) / 16)  // sixteens of columns
#define GROUPS (P / 8 + 1)         // eights of columns
#define SIDE (16 * FRAGMENTS)

constexpr int K = P - 1;
// Rows without gaps are copied as they are, 16 bytes at a time. Others come number by number, each
// row to where the numbers that a warp asks for at once lie in different banks.
constexpr int LINE = GAPLESS ? K : sizeof(T) == 8 ? (P + 3) / 8 * 8 + 4 : (P + 7) / 16 * 16 + 8;

constexpr int ROOM = 47 * 1024 / WARPS;
constexpr int ROW_BYTES = LINE * sizeof(T) + (1 + WEIGHTED) * sizeof(U);
constexpr int STEP = ROOM / (32 * ROW_BYTES) >= 3 ? 32 : ROOM / (16 * ROW_BYTES) >= 3 ? 16 : 8;
constexpr int STAGES = ROOM / (STEP * ROW_BYTES) < 8 ? ROOM / (STEP * ROW_BYTES) : 8;

// Rows that one copy of a warp takes, and copies for one row.
constexpr int ROW_COPIES = GAPLESS ? 1 : 32;  // how far their loop is unrolled
constexpr int TOGETHER = K < 32 ? 32 / K : 1, CHUNKS = (K + 31) / 32;

extern "C" __global__ void __launch_bounds__(THREADS, FRAGMENTS == 1 ? 5 : FRAGMENTS == 2 ? 3 : 2)
    narrow(const T* X, whole pitch, const U* y, const U* weight, whole rows, whole length,
           const double* pivot_of, double* sums, double* products) {
  __shared__ __align__(16) T lines[WARPS][STAGES][STEP * LINE];
  __shared__ U targets[WARPS][STAGES][STEP], weights[WARPS][WEIGHTED ? STAGES : 1][STEP];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, g = lane / 4, q = lane % 4;
  const whole first = (whole)blockIdx.x * length;
  const int count = (int)(rows - first < length ? rows - first : length);

  // A lane's numbers of eight columns are x + shift: x minus the pivot; or the shift alone: ones, or
  // zeros. The x lie `apart` from each other, from the first of all stages on.
  double shift[GROUPS], c[FRAGMENTS][GROUPS][4];
  const T* from[GROUPS];
  int apart[GROUPS];
#pragma unroll
  for (int n = 0; n < GROUPS; n++) {
    const int column = n * 8 + g;
    const bool of_X = n * 8 + 7 < K || column < K || sizeof(T) != sizeof(U);
    from[n] = of_X ? lines[warp][0] + (column < K ? column : 0) : (const T*)targets[warp][0];
    apart[n] = of_X ? LINE : 1;
    shift[n] = column < P ? -pivot_of[(whole)blockIdx.x * P + column] : column == P ? 1.0 : 0.0;
  }
#pragma unroll
  for (int h = 0; h < FRAGMENTS; h++)
#pragma unroll
    for (int n = 0; n < GROUPS; n++)
#pragma unroll
      for (int e = 0; e < 4; e++) c[h][n][e] = 0.0;

  const int line_of = K < 32 ? lane / K : 0, column_of = K < 32 ? lane % K : lane;
  auto load = [&](int begin, int stage) {
    const int there = count - begin < STEP ? count - begin : STEP;
    const T* from = X + (first + begin + line_of) * pitch + column_of;
    T* to = lines[warp][stage] + line_of * LINE + column_of;
    const int mine = line_of < TOGETHER ? there - line_of : 0;
    if (GAPLESS && there == STEP) {
      const char* source = (const char*)(X + (first + begin) * K);
#pragma unroll
      for (int at = lane * 16; at < STEP * K * (int)sizeof(T); at += 32 * 16)
        copy_16_bytes((char*)lines[warp][stage] + at, source + at);
    } else {
#pragma unroll ROW_COPIES
      for (int r = 0; r < STEP; r += TOGETHER, from += TOGETHER * pitch)
#pragma unroll
        for (int chunk = 0; chunk < CHUNKS * 32; chunk += 32)
          if (r < mine && (K < 32 || column_of + chunk < K))
            copy_async(to + r * LINE + chunk, from + chunk);
    }
    if (lane < there) {
      copy_async(&targets[warp][stage][lane], y + first + begin + lane);
      if (WEIGHTED) copy_async(&weights[warp][stage][lane], weight + first + begin + lane);
    }
  };
  auto multiply_rows = [&](int there, int stage) {
#pragma unroll
    for (int r = 0; r < STEP; r += 8) {
      double d[2 * FRAGMENTS][2], w[2];
#pragma unroll
      for (int e = 0; e < 2; e++) {
        const int row = r + q + 4 * e, at = stage * STEP + row;
        w[e] = WEIGHTED && row < there ? (double)weights[warp][0][at] : 1.0;
#pragma unroll
        for (int n = 0; n < 2 * FRAGMENTS; n++) {
          const int column = n * 8 + g;
          d[n][e] = 0.0;
          if (n >= GROUPS || row >= there) continue;
          double x = (double)from[n][at * apart[n]];
          if (sizeof(T) != sizeof(U) && column >= K) x = (double)targets[warp][0][at];
          d[n][e] = column < P ? x + shift[n] : shift[n];
        }
      }
#pragma unroll
      for (int h = 0; h < FRAGMENTS; h++) {
        const double a[4] = {w[0] * d[2 * h][0], w[0] * d[2 * h + 1][0], w[1] * d[2 * h][1],
                             w[1] * d[2 * h + 1][1]};
#pragma unroll
        for (int n = 2 * h; n < GROUPS; n++) multiply(c[h][n], a, d[n]);
      }
    }
  };

  // Warp after warp takes STEP rows.
  const int steps = (count + STEP - 1) / STEP, mine = (steps - warp + WARPS - 1) / WARPS;
#pragma unroll 1
  for (int i = 0; i < STAGES - 1; i++) {
    if (i < mine) load((i * WARPS + warp) * STEP, i);
    copies_belong_together();
  }
  int stage = 0, ahead = STAGES - 1;
  for (int i = 0; i < mine; i++) {
    wait_for_copies<STAGES - 2>();
    __syncwarp();
    if (i + STAGES - 1 < mine) load(((i + STAGES - 1) * WARPS + warp) * STEP, ahead);
    copies_belong_together();
    const int there = count - (i * WARPS + warp) * STEP;
    if (there >= STEP)
      multiply_rows(STEP, stage);
    else
      multiply_rows(there, stage);
    stage = stage + 1 < STAGES ? stage + 1 : 0;
    ahead = ahead + 1 < STAGES ? ahead + 1 : 0;
  }

  double* to = products + (whole)blockIdx.x * SIDE * SIDE;
  for (int turn = 0; turn < WARPS; turn++) {  // one warp after the other adds what it has
    if (warp == turn)
#pragma unroll
      for (int h = 0; h < FRAGMENTS; h++)
#pragma unroll
        for (int n = 2 * h; n < GROUPS; n++)
#pragma unroll
          for (int e = 0; e < 4; e++) {
            const int row = h * 16 + g + e / 2 * 8, column = n * 8 + 2 * q + e % 2;
            const double sum = (turn ? to[row * SIDE + column] : 0.0) + c[h][n][e];
            to[row * SIDE + column] = sum;
            if (turn == WARPS - 1 && column == P && row <= P)
              sums[(whole)blockIdx.x * (P + 1) + row] = sum;
          }
    __syncthreads();
  }
}

#else

// Many columns: a block multiplies SIDE columns of [X y 1], about the pivot, with SIDE others. Rows
// are copied some slabs ahead as they are; the pivot is taken away on the way into the registers.
//
// grid : (pairs of SIDE columns I <= J, stretches)
// sums : (stretches, P + 1) s and W
// products : (stretches, pairs, SIDE, SIDE); where I = J the lower left quarter is not written
#define SIDE 64
#define SLAB 8  // rows at a time
#define ACROSS ((P + SIDE) / SIDE)  // P + 1 over SIDE, upwards
#define APART (THREADS / SIDE)
#define TAKEN (SLAB / APART)

constexpr int LINE = SIDE + (sizeof(T) == 8 ? 4 : 8);  // a warp's numbers lie in different banks
constexpr int SLAB_BYTES = SLAB * (2 * LINE * sizeof(T) + (1 + WEIGHTED) * sizeof(U));
constexpr int STAGES = 47 * 1024 / SLAB_BYTES < 6 ? 47 * 1024 / SLAB_BYTES : 6;

extern "C" __global__ void __launch_bounds__(THREADS, WEIGHTED ? 3 : 4)
    wide(const T* X, whole pitch, const U* y, const U* weight, whole rows, whole length,
         const double* pivot_of, double* sums, double* products) {
  __shared__ T lines[STAGES][2][SLAB][LINE];
  __shared__ U targets[STAGES][SLAB], weights[WEIGHTED ? STAGES : 1][SLAB];
  const int t = threadIdx.x, lane = t % 32, warp = t / 32, g = lane / 4, q = lane % 4;
  int I = 0, J = blockIdx.x;
  while (J >= ACROSS - I) J -= ACROSS - I++;
  J += I;
  const bool same = I == J;
  const int right = same ? 0 : 1;  // equal columns are copied once
  const whole first = (whole)blockIdx.y * length;
  const int count = (int)(rows - first < length ? rows - first : length);

  // A thread copies every APART-th row of one column of each side; y where it has the type of X.
  const int column = t % SIDE, above = t / SIDE;
  const bool of_y = sizeof(T) == sizeof(U);
  const T* from[2];
  whole step[2];
  bool copies[2];
#pragma unroll
  for (int side = 0; side < 2; side++) {
    const int place = (side ? J : I) * SIDE + column;
    const bool is_y = of_y && place == P - 1;
    step[side] = is_y ? 1 : pitch;
    from[side] = is_y ? (const T*)(y + first + above) : X + (first + above) * pitch + place;
    copies[side] = (place < P - 1 || is_y) && (side == 0 || right == 1);
    for (int stage = 0; stage < STAGES; stage++)
      for (int r = above; r < SLAB; r += APART)
        lines[stage][side][r][column] = (T)(place == P ? 1 : 0);
  }
  __syncthreads();
  auto load = [&](int begin, int stage) {
    const int there = count - begin;
#pragma unroll
    for (int side = 0; side < 2; side++) {
      const T* at = from[side] + begin * step[side];
      const whole apart = APART * step[side];
      if (copies[side])
#pragma unroll
        for (int i = 0; i < TAKEN; i++, at += apart)
          if (above + i * APART < there)
            copy_async(&lines[stage][side][above + i * APART][column], at);
    }
    if (t < SLAB && t < there) {
      if (!of_y) copy_async(&targets[stage][t], y + first + begin + t);
      if (WEIGHTED) copy_async(&weights[stage][t], weight + first + begin + t);
    }
  };

  // Each of four warps has a product of 32 x 32: 2 x 4 fragments of 16 x 8.
  const int upper = warp / 2 * 32, beside = warp % 2 * 32;
  const bool idle = same && upper > beside;
  double pivot[2][4], c[2][4][4];
#pragma unroll
  for (int side = 0; side < 2; side++)
#pragma unroll
    for (int n = 0; n < 4; n++) {
      const int place = side ? J * SIDE + beside + n * 8 + g : I * SIDE + upper + n * 8 + g;
      pivot[side][n] = place < P ? pivot_of[(whole)blockIdx.y * P + place] : 0.0;
    }
#pragma unroll
  for (int i = 0; i < 2; i++)
#pragma unroll
    for (int j = 0; j < 4; j++)
#pragma unroll
      for (int e = 0; e < 4; e++) c[i][j][e] = 0.0;

  auto multiply_rows = [&](int there, int stage) {
    double d[2][4][2];
#pragma unroll
    for (int side = 0; side < 2; side++)
#pragma unroll
      for (int e = 0; e < 2; e++) {
        const int row = q + 4 * e, begin = side ? beside : upper;
        const T* line = lines[stage][side ? right : 0][row] + begin + g;
        double w = 1.0;
        if (WEIGHTED && side == 0) w = row < there ? (double)weights[stage][row] : 0.0;
#pragma unroll
        for (int n = 0; n < 4; n++) {
          double value = (double)line[n * 8];
          if (!of_y && (side ? J : I) * SIDE + begin + n * 8 + g == P - 1)
            value = (double)targets[stage][row];
          value -= pivot[side][n];
          if (WEIGHTED && side == 0) value *= w;
          d[side][n][e] = row < there ? value : 0.0;
        }
      }
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const double a[4] = {d[0][2 * i][0], d[0][2 * i + 1][0], d[0][2 * i][1], d[0][2 * i + 1][1]};
#pragma unroll
      for (int j = 0; j < 4; j++) multiply(c[i][j], a, d[1][j]);
    }
  };

  const int slabs = (count + SLAB - 1) / SLAB;
#pragma unroll
  for (int i = 0; i < STAGES - 1; i++) {
    if (i < slabs) load(i * SLAB, i);
    copies_belong_together();
  }
  int stage = 0, ahead = STAGES - 1;
  for (int i = 0; i < slabs; i++) {
    wait_for_copies<STAGES - 2>();
    __syncthreads();
    if (i + STAGES - 1 < slabs) load((i + STAGES - 1) * SLAB, ahead);
    copies_belong_together();
    if (!idle) {
      const int there = count - i * SLAB;
      if (there >= SLAB)
        multiply_rows(SLAB, stage);
      else
        multiply_rows(there, stage);
    }
    stage = stage + 1 < STAGES ? stage + 1 : 0;
    ahead = ahead + 1 < STAGES ? ahead + 1 : 0;
  }

  if (idle) return;
  double* to = products + ((whole)blockIdx.y * gridDim.x + blockIdx.x) * SIDE * SIDE;
#pragma unroll
  for (int i = 0; i < 2; i++)
#pragma unroll
    for (int j = 0; j < 4; j++)
#pragma unroll
      for (int e = 0; e < 4; e++) {
        const int row = upper + i * 16 + g + e / 2 * 8, place = beside + j * 8 + 2 * q + e % 2;
        to[row * SIDE + place] = c[i][j][e];
        if (J * SIDE + place == P && I * SIDE + row <= P)
          sums[(whole)blockIdx.y * (P + 1) + I * SIDE + row] = c[i][j][e];
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
