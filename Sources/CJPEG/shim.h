// jpeglib.h names FILE and does not declare it.
#include <stdio.h>

#include <jpeglib.h>
