#!/bin/sh
# Installs the service from this folder; run it as root.
set -eu
cd "$(dirname "$0")"
./holter-service --self-test
install -d /opt/holter
install -m 755 holter-service libwasmtime.so /opt/holter/
install -m 644 model.*.slot /opt/holter/
install -m 644 holter.service /etc/systemd/system/
systemctl daemon-reload
systemctl enable --now holter.service
