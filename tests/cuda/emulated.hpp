// Enough of CUDA for one block of threads at a time on a processor: every thread is a fibre, and a
// barrier hands over to the next one. It computes what a card computes, slowly, and says at once
// if a thread leaves while others wait at a barrier.
#pragma once
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <ucontext.h>
#include <vector>

#define EMULATED
#define __global__
#define __device__
#define __forceinline__ inline
#define __shared__ static
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))

using std::exp2;
using std::floor;
using std::fma;
using std::log2;
using std::rint;
using std::sqrt;

struct Place {
  unsigned x, y;
};
struct Thread {
  ucontext_t context;
  std::vector<char> stack;
  Place index;
  bool done;
};
static std::vector<Thread> threads;
static Thread* current;
static ucontext_t outside;
static Place blockIdx, gridDim;
#define threadIdx (current->index)

static void hand_over() { swapcontext(&current->context, &outside); }

// A meeting of some threads: whoever comes last lets all go on.
struct Meeting {
  unsigned size, here = 0;
  unsigned long turn = 0;
  void come() {
    const unsigned long mine = turn;
    if (++here == size) {
      here = 0;
      turn++;
      return;
    }
    unsigned long waited = 0;
    while (turn == mine) {
      hand_over();
      if (++waited > 1000000) {
        std::fprintf(stderr, "a barrier that not all threads reach\n");
        std::abort();
      }
    }
  }
};
static Meeting everybody;
static Meeting warp_meeting[32];
static double handed[32][32][6];

static void __syncthreads() { everybody.come(); }

static void __syncwarp() { warp_meeting[threadIdx.x / 32].come(); }

template <class Number>
static void copy_async(Number* to, const Number* from) {
  *to = *from;
}
static void copy_16_bytes(char* to, const char* from) {
  if ((size_t)to % 16 || (size_t)from % 16) {
    std::fprintf(stderr, "16 bytes from or to an address that 16 does not divide\n");
    std::abort();
  }
  std::memcpy(to, from, 16);
}
static void copies_belong_together() {}
template <int LATER>
static void wait_for_copies() {}

// The matrix product of one warp, from the layout that the PTX ISA gives for mma.m16n8k8 (.f64).
static void multiply(double (&c)[4], const double (&a)[4], const double (&b)[2]) {
  const unsigned warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  for (int e = 0; e < 4; e++) handed[warp][lane][e] = a[e];
  for (int e = 0; e < 2; e++) handed[warp][lane][4 + e] = b[e];
  warp_meeting[warp].come();
  for (int e = 0; e < 4; e++) {
    const int row = lane / 4 + e / 2 * 8, column = 2 * (lane % 4) + e % 2;
    for (int k = 0; k < 8; k++) {
      const double left = handed[warp][row % 8 * 4 + k % 4][row / 8 + k / 4 * 2];
      const double right = handed[warp][column * 4 + k % 4][4 + k / 4];
      c[e] = fma(left, right, c[e]);
    }
  }
  warp_meeting[warp].come();
}

static std::function<void()> body;
static void enter() {
  body();
  current->done = true;
  hand_over();
}

// Run a kernel block after block.
static void run(unsigned across, unsigned down, unsigned count, std::function<void()> kernel) {
  body = kernel;
  gridDim = {across, down};
  threads.resize(count);
  for (unsigned y = 0; y < down; y++)
    for (unsigned x = 0; x < across; x++) {
      blockIdx = {x, y};
      everybody = Meeting{count};
      for (auto& meeting : warp_meeting) meeting = Meeting{32};
      for (unsigned t = 0; t < count; t++) {
        Thread& one = threads[t];
        one.stack.resize(1 << 16);
        one.index = {t, 0};
        one.done = false;
        getcontext(&one.context);
        one.context.uc_stack.ss_sp = one.stack.data();
        one.context.uc_stack.ss_size = one.stack.size();
        one.context.uc_link = nullptr;
        makecontext(&one.context, enter, 0);
      }
      for (bool left = true; left;) {
        left = false;
        for (unsigned t = 0; t < count; t++)
          if (!threads[t].done) {
            current = &threads[t];
            swapcontext(&outside, &current->context);
            left = left || !threads[t].done;
          }
      }
    }
}
