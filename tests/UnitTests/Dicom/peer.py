"""Prints the header of each file named on stdin as pydicom reads it: one line of DICOM JSON a file, or null."""
import json
import logging
import sys
import warnings

import pydicom

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
for line in sys.stdin:
    try:
        header = pydicom.dcmread(line.rstrip("\n"), stop_before_pixels=True, force=True)
        text = header.to_json(bulk_data_threshold=1 << 40, bulk_data_element_handler=lambda element: "", suppress_invalid_tags=True)
    except Exception:  # pydicom raises whatever its parts raise
        text = "null"
    print(text)
