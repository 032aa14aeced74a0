"""The nearest cluster centre of every pixel: fast in single precision, settled in double where it is close.

The squared distance to centre j, less what all centres have in common, is linear in the pixel:
``|c_j|² - 2 c_j · x``. So scaler and weights fold into one small matrix, and a block of planar pixels that
stays in the cache becomes a product and a minimum. Single precision and the order in which a library adds
up could change the label of a pixel that lies between two centres. Such pixels are few; they are compared
again by the plain definition in double precision. So a pixel's label depends on nothing but the pixel and the
centres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CACHED_PX = 2**14
"""Pixels worked on at once: their scores for a dozen centres fit into a core's cache."""
PRODUCT_SIZE = 2**18
"""Multiplications in one matrix product; larger ones start the threads of the linear algebra library."""
SETTLED_PX = 2**16
"""Close calls compared again at once."""
UNIT_ROUNDOFF = 2.0**-24
"""Relative error of one operation in single precision."""


@dataclass(frozen=True)
class Centres:
    """Cluster centres and the scale per band by which distances are measured.

    Parameters
    ----------
    values : numpy.ndarray
        Reflectance ``(k, band)`` float64, k from 1 to 255.
    scale : numpy.ndarray
        Unit of each band, ``(band,)`` float64, above 0.
    """

    values: np.ndarray
    scale: np.ndarray

    def nearest(
        self, planes: np.ndarray, usable: np.ndarray, gain: float = 1.0, offset: float = 0.0
    ) -> np.ndarray:
        """Return the number of the nearest centre for each pixel.

        Parameters
        ----------
        planes : numpy.ndarray
            ``(band, ...)``, any integer or floating type; reflectance is ``(planes + offset) * gain``, in
            single precision. NaN only where not usable.
        usable : numpy.ndarray
            bool ``(...)``.

        Returns
        -------
        numpy.ndarray
            uint8 ``(...)``: 0 where not usable, else 1..k; of centres equally near the first.
        """
        flat, mask = planes.reshape(len(planes), -1), usable.reshape(-1)
        if len(self.values) == 1:
            labels = mask.astype(np.uint8)
        else:
            with np.errstate(all="ignore"):
                labels = self._labels(flat, mask, gain, offset)
        return labels.reshape(usable.shape)

    def _labels(self, planes: np.ndarray, usable: np.ndarray, gain: float, offset: float) -> np.ndarray:
        k, n_bands = self.values.shape
        weights, error = self._folded(gain, offset)
        part = _power_of_two_below(min(CACHED_PX, PRODUCT_SIZE // weights.size))
        size = min(CACHED_PX, -(-usable.size // part) * part)
        # Scores are relative to those of centre 1, whose row stays 0.
        pixels, scores = np.ones((n_bands + 1, size), np.float32), np.zeros((k, size), np.float32)
        in_parts = pixels.reshape(n_bands + 1, -1, part).swapaxes(0, 1)
        scores_in_parts = scores[1:].reshape(k - 1, -1, part).swapaxes(0, 1)
        # The sum of (k + 2 + label) over the nearest centres tells which one it is, or that they are several.
        code = np.min_scalar_type(k * (k + 2) + k * (k + 1) // 2)
        marks = (k + 2 + np.arange(1, k + 1)[:, None]).astype(code)
        candidates, marked = np.empty((k, size), bool), np.empty((k, size), code)
        least, found = np.empty(size, np.float32), np.empty(size, code)

        labels = np.zeros(usable.size, np.uint8)
        close_calls = []
        for start in range(0, usable.size, size):
            wanted = usable[start : start + size]
            if not wanted.any():
                continue
            m = wanted.size
            # The pixels in single precision; the largest value of each feature bounds rounding errors.
            block, low, sums = pixels[:n_bands, :m], least[:m], found[:m]
            np.copyto(block, planes[:, start : start + m], casting="unsafe")
            largest = np.fmax(np.fmax.reduce(block, axis=1), -np.fmin.reduce(block, axis=1))
            # Scores of centres 2..k against centre 1, one matrix product a part.
            np.matmul(weights, in_parts, out=scores_in_parts)
            # Every centre whose score could be the least, given the rounding errors, is a candidate.
            np.minimum.reduce(scores[:, :m], axis=0, out=low)
            np.add(low, np.float32(error[:-1] @ largest.astype(np.float64) + error[-1]), out=low)
            np.less_equal(scores[:, :m], low, out=candidates[:, :m])
            # One candidate: the sum of its mark gives its number. Several: the sum is above k.
            np.multiply(candidates[:, :m].view(np.uint8), marks, out=marked[:, :m])
            np.add.reduce(marked[:, :m], axis=0, dtype=code, out=sums)
            np.subtract(sums, code.type(k + 2), out=sums)
            np.multiply(sums, wanted, out=sums)
            # Close calls are kept for the plain definition in double precision.
            close = np.flatnonzero(sums > k)
            if close.size:
                close_calls.append(close + start)
            np.copyto(labels[start : start + m], sums, casting="unsafe")
        for places in close_calls and np.array_split(*_pieces(np.concatenate(close_calls))):
            labels[places] = self._settled(planes[:, places], gain, offset)
        return labels

    def _folded(self, gain: float, offset: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the matrix that turns a pixel and a 1 into scores, and an error bound for their differences.

        Returns
        -------
        tuple of numpy.ndarray
            Weights float32 ``(k - 1, band + 1)``, and float64 ``(band + 1,)``: times the largest value of
            each band and 1, the difference of two scores below which their order is not certain.
        """
        slope = -2 * self.values / self.scale**2
        constant = ((self.values / self.scale) ** 2).sum(axis=1)
        weights = np.column_stack([slope * gain, constant + slope.sum(axis=1) * gain * offset])
        weights -= weights[0]
        bound = np.abs(weights).max(axis=0)
        bound[-1] += bound[:-1].sum() * abs(offset)
        roundings = len(bound) + 5
        return weights[1:].astype(np.float32), 2 * roundings * UNIT_ROUNDOFF * bound

    def _settled(self, pixels: np.ndarray, gain: float, offset: float) -> np.ndarray:
        """Return the labels of pixels ``(band, n)`` by the definition of the distance."""
        reflectance = pixels.astype(np.float32)
        if (gain, offset) != (1.0, 0.0):
            reflectance = (reflectance + np.float32(offset)) / np.float32(1 / gain)
        differences = (reflectance.T[:, None, :] - self.values) / self.scale
        nearest: np.ndarray = (differences**2).sum(axis=2).argmin(axis=1) + 1
        return nearest


def _pieces(places: np.ndarray) -> tuple[np.ndarray, int]:
    return places, -(-places.size // SETTLED_PX)


def _power_of_two_below(number: int) -> int:
    return 1 << (max(number, 1).bit_length() - 1)
