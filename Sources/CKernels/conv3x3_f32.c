#include "conv3x3.typed.h"
