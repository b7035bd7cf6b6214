#define CONV_BFLOAT16
#include "conv3x3.typed.h"
