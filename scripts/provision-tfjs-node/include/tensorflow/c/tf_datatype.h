#include "tensorflow/c/c_api.h"
