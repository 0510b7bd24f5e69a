# docker build -t webcoord . &&
#   docker run -p 127.0.0.1:5080:5080 -p 127.0.0.1:2181:2181 -v webcoord:/data webcoord
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# The rules of the build first, then the projects: a change in a source file does not restore the packages again.
COPY .editorconfig Directory.Build.props Directory.Packages.props appsettings.json ./
COPY src/WebCoord.Core/*.csproj src/WebCoord.Core/
COPY src/WebCoord.TransactionLog/*.csproj src/WebCoord.TransactionLog/
COPY src/WebCoord.Server/*.csproj src/WebCoord.Server/
RUN dotnet restore src/WebCoord.Server
COPY src/ src/
RUN dotnet publish src/WebCoord.Server -c Release --no-restore -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./
# A new named volume takes its owner from this folder, so that the process can write without being root.
RUN mkdir /data && chown "$APP_UID" /data
VOLUME /data
# HTTP, and ZooKeeper clients.
EXPOSE 5080 2181

# The base image sets a port of its own, which would only cause a warning beside Urls.
ENV ASPNETCORE_HTTP_PORTS= \
    Urls=http://0.0.0.0:5080 \
    WebCoord__Log__Sqlite__Path=/data/webcoord.db
# A container must listen on more than loopback to be reached at all, and WebCoord then refuses to start unless somebody
# says that callers without credentials are welcome. This says so: whoever reaches the port may read and write what
# ACLs leave open to the world. Publish the port to trusted networks only, or put an authenticating proxy before it.
ENV WebCoord__Security__AllowAnonymous=true
# Callers that use another name than localhost, such as other containers, are let in by naming it:
#   docker run -e WebCoord__Security__AllowedHosts__0=webcoord ...

# The image has neither curl nor wget; bash can speak enough HTTP. A full disk leaves the process alive: it still
# serves reads, and restarting it would not help.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5080 && printf 'GET /health/live HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.1 200' <&3"]

USER $APP_UID
ENTRYPOINT ["dotnet", "WebCoord.Server.dll"]
