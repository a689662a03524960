-- From format 9 to format 10: which entries of the log say what was done to the organisation.
CREATE INDEX log_organisation ON log (n) WHERE instr(entry, '"what":"organisation"') > 0;
