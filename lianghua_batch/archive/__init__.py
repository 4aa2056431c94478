"""What a seal is and how it is read: a zip in 归档 holding one BagIt bag with a period's forms, results and rules (spec §10)."""
