using WebCoord.Server;
using WebCoord.Server.Operations;
using WebCoord.Server.Pipeline;
using WebCoord.Server.Rest;
using WebCoord.Server.Security;
using WebCoord.Server.SignalR;
using WebCoord.Server.Wire;

return await ServiceRun.ToTheEndAsync(() =>
{
    // The settings and the pages are beside the program; the data is relative to the working directory.
    var builder = WebApplication.CreateBuilder(
        new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Services.AddWebCoordOptions();
    builder.Services.AddPipeline();
    builder.Services.AddRequestSecurity();
    builder.Services.AddRest();
    builder.AddOperations();
    builder.Services.AddWatchHub();
    builder.Services.AddWire();
    var app = builder.Build();
    app.UseRequestMetrics();
    app.UseProblems();
    app.UseRequestSecurity();
    app.UseLoading();
    app.UseOpenApiDocument();
    app.MapRest();
    app.MapOperations();
    app.MapWatchHub();
    return app;
});
