# As applied.sh, and one of the services has a volume.
cp -r "$PREPARED"/doctor/* . &&
    printf '      volume: {size: 1Gi, mount_path: /data}\n' >> plants/plants.yaml &&
    . "$PREPARED/applied.sh"
