# Everything is done by dev/stack; `make help` says what there is. ARGS go to pytest or the bench:
#   make functional ARGS="-k grant -x"
# `make test` runs two phases at a time; ISP_LANES=1 make test runs one.
.PHONY: help demo services test lint unit functional core browser bench status stop reset

help demo services test lint unit functional core browser bench status stop reset:
	@dev/run $@ $(ARGS)
