#!/usr/bin/env bash
# The one test command: installs what the tests need (Debian packages, npm packages), builds everything and runs every
# test. Nothing is skipped here; plain `dotnet test` skips, by name and reason, what needs a program that is missing.
# The last line is "N passed, N failed". The exit code is 0 only if tests ran, all passed and no test host died.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly configuration=Release
readonly results="$PWD/artifacts/test-results"

export WEBCOORD_REQUIRE_PROGRAMS=1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# Debian package, and the program by which one sees that it is there.
readonly packages=(chromium:chromium curl:curl mount:mount redis-server:redis-server nginx-light:nginx
    python3-yaml:/usr/lib/python3/dist-packages/yaml
    zookeeper:/usr/share/zookeeper/bin/zkServer.sh
    python3-kazoo:/usr/lib/python3/dist-packages/kazoo
    default-jdk-headless:javac libcurator-recipes-java:/usr/share/java/curator-recipes.jar
    gcc:gcc libc6-dev:/usr/include/stdio.h libzookeeper-mt-dev:/usr/include/zookeeper/zookeeper.h)

as_root() {
    if [[ $(id -u) -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

install_debian_packages() {
    local missing=() entry
    for entry in "${packages[@]}"; do
        [[ -e ${entry#*:} ]] || command -v "${entry#*:}" > /dev/null || missing+=("${entry%%:*}")
    done
    if [[ ${#missing[@]} -eq 0 ]]; then
        return
    fi
    echo "Installing ${missing[*]}"
    as_root apt-get update -qq || return
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
}

install_npm_packages() {
    local lock folder
    for lock in tests/clients/*/package-lock.json; do
        [[ -e $lock ]] || continue
        folder=$(dirname "$lock")
        # npm writes this file last: when it is newer than the lock, the installation is complete and current.
        if [[ $folder/node_modules/.package-lock.json -nt $lock ]]; then
            continue
        fi
        echo "Installing the npm packages of $folder"
        (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error) || return
    done
}

# The value of one attribute of the <Counters> element in a trx file.
counter() {
    sed -n "s/.*<Counters .*\b$2=\"\([0-9]*\)\".*/\1/p" "$1"
}

# Runs one test project and adds its counts; a project that ran no test or whose host died counts as one failure.
# Arguments: the project, and what else dotnet test is told.
run_project() {
    local name trx total executed
    name=$(basename "$1" .csproj)${WEBCOORD_TEST_LOG:+ on $WEBCOORD_TEST_LOG}
    trx="$results/$name.trx"
    echo
    echo "== $name"
    local status=0
    dotnet test "$@" -c "$configuration" --no-build --logger "trx;LogFileName=$trx" \
        --logger "console;verbosity=minimal" --blame-hang-timeout 5m --blame-hang-dump-type none || status=$?
    if [[ ! -e $trx ]]; then
        echo "$name: no result was written"
        failed=$((failed + 1))
        return
    fi
    total=$(counter "$trx" total)
    executed=$(counter "$trx" executed)
    local here_passed here_failed
    here_passed=$(counter "$trx" passed)
    here_failed=$((executed - here_passed))
    if [[ $total -eq 0 ]]; then
        echo "$name: no test ran"
        here_failed=1
    fi
    if [[ $total -gt $executed ]]; then
        echo "$name: $((total - executed)) tests were skipped; here every test must run"
        here_failed=$((here_failed + total - executed))
    fi
    if [[ $status -ne 0 && $here_failed -eq 0 ]]; then
        echo "$name: the test run ended with exit code $status though no test failed"
        here_failed=1
    fi
    passed=$((passed + here_passed))
    failed=$((failed + here_failed))
}

finish() {
    finished=1
    echo
    echo "$passed passed, $failed failed"
    [[ $passed -gt 0 && $failed -eq 0 ]]
}

# However this script ends, its last line tells how.
end() {
    local status=$?
    if [[ $finished -eq 0 ]]; then
        failed=$((failed + 1))
        finish
    fi
    exit "$status"
}

passed=0
failed=0
finished=0
trap end EXIT
trap 'exit 130' INT TERM
rm -rf "$results"
mkdir -p "$results"

if ! { install_debian_packages && install_npm_packages; }; then
    echo "What the tests need could not be installed."
    failed=1
    finish
    exit
fi
if ! dotnet build WebCoord.sln -c "$configuration" -v quiet; then
    echo "The build failed."
    failed=1
    finish
    exit
fi
for project in tests/*.Tests/*.csproj; do
    run_project "$project"
done
# Once more what front ends promise, on a log that instances share. Left out are tests of time alone.
front_ends='FullyQualifiedName~ApiTests|FullyQualifiedName~Rest.L|FullyQualifiedName~Rest.R'
front_ends+='|FullyQualifiedName~HubD|FullyQualifiedName~HubW|FullyQualifiedName~HubSessionTests'
WEBCOORD_TEST_LOG=redis run_project tests/WebCoord.Server.Tests/WebCoord.Server.Tests.csproj \
    --filter "($front_ends)&About!=time"
finish
