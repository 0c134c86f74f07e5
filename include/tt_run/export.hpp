#pragma once

/// What libtt_run.so shows; everything else in it is hidden.
#define TT_RUN_API __attribute__((visibility("default")))
