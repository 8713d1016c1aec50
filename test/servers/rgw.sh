#!/usr/bin/env bash
# rgw.sh up DIR PORT MONITOR_PORT [ADDRESS] | down DIR: a real S3 server, the gateway of Ceph, on ADDRESS (127.0.0.1) with its objects in memory; for tests.
# Ready in about 15 s; 250 MB. Needs Debian's packages: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd ceph-common
# Path style, access key AK, secret key SK, region us-east-1.
set -euo pipefail
dir=${2:?folder for state}

if [ "$1" = down ]; then
  for daemon in rgw osd mon; do
    [ -f "$dir/$daemon.pid" ] || continue
    pid=$(cat "$dir/$daemon.pid")
    # the number may belong to another process by now
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$dir/" || continue
    kill "$pid" 2>/dev/null || continue
    for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
  done
  rm -rf "$dir"
  exit 0
fi

port=${3:?port of the gateway}
monitor_port=${4:?port of the monitor}
address=${5:-127.0.0.1}
mkdir -p "$dir"/{mon,osd,run,log,rgw}
fsid=$(cat /proc/sys/kernel/random/uuid)
cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $fsid
mon_host = v1:127.0.0.1:$monitor_port
public_network = 127.0.0.0/8
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_objectstore = memstore
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
mon_data = $dir/mon
osd_data = $dir/osd
memstore_device_bytes = 4294967296
log_file = $dir/log/\$name.log
run_dir = $dir/run
admin_socket = $dir/run/\$name.asok
ms_bind_msgr2 = false
rgw_frontends = beast endpoint=$address:$port
rgw_data = $dir/rgw
CONF
conf=(-c "$dir/ceph.conf")
{
  monmaptool --create --addv a "[v1:127.0.0.1:$monitor_port]" --fsid "$fsid" "$dir/monmap"
  ceph-mon --mkfs -i a --monmap "$dir/monmap" "${conf[@]}"
  ceph-mon -i a "${conf[@]}" --pid-file "$dir/mon.pid"
  for _ in $(seq 50); do timeout 3 ceph "${conf[@]}" mon stat && break; sleep 0.2; done
  osd=$(cat /proc/sys/kernel/random/uuid)
  ceph "${conf[@]}" osd new "$osd" 0
  ceph-osd --mkfs -i 0 --osd-uuid "$osd" "${conf[@]}"
  ceph-osd -i 0 "${conf[@]}" --pid-file "$dir/osd.pid"
  for _ in $(seq 50); do ceph "${conf[@]}" osd stat | grep -q '1 up' && break; sleep 0.2; done
  radosgw-admin "${conf[@]}" user create --uid=facefleet --display-name=facefleet --access-key=AK --secret-key=SK
  radosgw "${conf[@]}" -n client.rgw.x --pid-file "$dir/rgw.pid"
} >"$dir/log/up.log" 2>&1
for _ in $(seq 150); do
  if (: >"/dev/tcp/$address/$port") 2>/dev/null; then exit 0; fi
  sleep 0.2
done
echo "the gateway did not come up; see $dir/log" >&2
exit 1
