"""A step with the weight of an ordinary one: the usual imports, and a small model."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(0)
table = pd.DataFrame(rng.normal(size=(5000, 10)))
LogisticRegression().fit(table, table[0] > 0)
