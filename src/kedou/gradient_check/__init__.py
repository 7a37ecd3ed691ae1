"""check_gradient: is the learner's own loss, gradient or update right, and if not, why?

The function is called at several seeded points (w, b) and compared with

    L = mean(e^2),    dL/dw_j = -(2/n) sum x_ij e_i,    dL/db = -(2/n) sum e_i,
    e = y - (x w + b),    update: w - rate dL/dw, b - rate dL/db.

Where it differs, it is compared with what known mistakes would have given at the same points: one
that agrees at all of them is named. The table of mistakes comes from published student code
(``np.mean(y_hat - y) ** 2``, ``+ rate * gradient``, a gradient without its x, ...).

Nothing the function does becomes a traceback: exceptions, NaN, wrong shapes and a forgotten
``return`` are verdicts in words.
"""

from kedou.gradient_check.check import check_gradient
from kedou.gradient_check.verdict import GradientCheck

__all__ = ["GradientCheck", "check_gradient"]
