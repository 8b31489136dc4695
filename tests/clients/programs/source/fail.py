raise ValueError("the column `late` is not in the table")
