using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing.Patterns;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary>
/// What an endpoint takes, worked out once from its declaration, so that nothing else is taken: a target that leads
/// here only because its dots were collapsed, a query parameter that is not known (it may be a misspelt guard), and on
/// writes a header that guards other writes but not this one. Ignored, each would make a request do what was not meant.
/// </summary>
internal sealed class EndpointRules
{
    /// <summary>Every call may say it.</summary>
    private const string Consistency = "consistency";

    private static readonly string[] Guards =
        ["If-Match", "If-None-Match", WebCoordHeaders.Fence, WebCoordHeaders.IdempotencyKey];

    private readonly string _start;
    private readonly FrozenSet<string> _parameters;
    private readonly string _parameterNames;
    private readonly string[] _unknownGuards;

    private EndpointRules(RoutePattern route, MethodInfo handler)
    {
        var literals = route.PathSegments
            .Select(segment => segment.Parts is [RoutePatternLiteralPart literal] ? literal.Content : null)
            .TakeWhile(literal => literal is not null);
        _start = "/" + string.Join('/', literals);

        var (parameters, headers) = Declared(handler);
        parameters.RemoveAll(name => route.GetParameter(name) is not null);
        parameters.Add(Consistency);
        _parameters = parameters.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _parameterNames = string.Join(", ", _parameters.Order(StringComparer.Ordinal));
        _unknownGuards = [.. Guards.Except(headers, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Has the rules looked at before anything else of an endpoint runs.</summary>
    public static void AddTo(EndpointBuilder endpoint)
    {
        if (endpoint is RouteEndpointBuilder { RequestDelegate: { } serve } route
            && endpoint.Metadata.OfType<MethodInfo>().FirstOrDefault() is { } handler)
        {
            var rules = new EndpointRules(route.RoutePattern, handler);
            endpoint.RequestDelegate = context => rules.Check(context) is { } problem
                ? new ProblemResult(problem).ExecuteAsync(context)
                : serve(context);
        }
    }

    private ProblemBody? Check(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (!string.IsNullOrEmpty(target) && !RequestPath.BeginsAsSent(target, _start))
        {
            return Problems.BadArgument("path", $"the request target does not lead to {_start} as it was sent; "
                + "paths are not normalised");
        }

        var request = context.Request;
        foreach (var key in request.Query.Keys)
        {
            if (!_parameters.Contains(key))
            {
                return Problems.BadArgument(key, $"is not a parameter of this call; it takes {_parameterNames}");
            }
        }

        return HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? null
            : Array.Find(_unknownGuards, request.Headers.ContainsKey) is { } guard
                ? Problems.BadArgument(guard, "is not supported by this call; without it nothing would guard the write")
                : null;
    }

    /// <summary>The query parameters and headers that a handler declares, itself or in a record of its own.</summary>
    private static (List<string> Parameters, List<string> Headers) Declared(MethodInfo handler)
    {
        var parameters = new List<string>();
        var headers = new List<string>();
        foreach (var parameter in handler.GetParameters())
        {
            if (parameter.GetCustomAttribute<AsParametersAttribute>() is null)
            {
                var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
                parameters.AddRange(type.IsPrimitive || type == typeof(string) ? [parameter.Name!] : []);
                continue;
            }

            foreach (var property in parameter.ParameterType.GetProperties())
            {
                parameters.AddRange(property.GetCustomAttributes<FromQueryAttribute>().Select(from => from.Name!));
                headers.AddRange(property.GetCustomAttributes<FromHeaderAttribute>().Select(from => from.Name!));
            }
        }

        return (parameters, headers);
    }
}
