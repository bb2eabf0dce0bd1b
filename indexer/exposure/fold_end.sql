-- Has merge.sql read what fold.sql added up.

DROP TABLE IF EXISTS read_rows;
CREATE OR REPLACE TEMP VIEW count_rows AS SELECT * FROM folded_counts;
CREATE OR REPLACE TEMP VIEW bin_rows AS SELECT * FROM folded_bins;
CREATE OR REPLACE TEMP VIEW place_rows AS SELECT * FROM folded_places;
CREATE OR REPLACE TEMP VIEW alone_rows AS SELECT * FROM folded_alone;
