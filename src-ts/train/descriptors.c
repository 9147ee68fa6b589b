/* A Node addon of two calls of POSIX that Node does not have; train/quiet-stderr.ts uses it, set-up compiles it. */
#include <node_api.h>
#include <unistd.h>

/** Returns argument `which` of the call, or -1, which is no descriptor, where it is no number. */
static int argument(napi_env env, napi_callback_info info, size_t which) {
  napi_value values[2];
  size_t count = 2;
  int32_t descriptor = -1;
  if (napi_get_cb_info(env, info, &count, values, NULL, NULL) != napi_ok || which >= count) return -1;
  return napi_get_value_int32(env, values[which], &descriptor) == napi_ok ? descriptor : -1;
}

static napi_value number(napi_env env, int value) {
  napi_value result = NULL;
  napi_create_int32(env, value, &result);
  return result;
}

/** dup(descriptor): another number of the same open file, or -1. */
static napi_value duplicate(napi_env env, napi_callback_info info) {
  return number(env, dup(argument(env, info, 0)));
}

/** dup2(descriptor, to): makes `to` a number of the same open file; returns it, or -1. */
static napi_value duplicate_to(napi_env env, napi_callback_info info) {
  return number(env, dup2(argument(env, info, 0), argument(env, info, 1)));
}

NAPI_MODULE_INIT() {
  napi_property_descriptor functions[] = {
      {"dup", NULL, duplicate, NULL, NULL, NULL, napi_enumerable, NULL},
      {"dup2", NULL, duplicate_to, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, 2, functions);
  return exports;
}
