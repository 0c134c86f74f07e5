#include "topology/ids.hpp"
