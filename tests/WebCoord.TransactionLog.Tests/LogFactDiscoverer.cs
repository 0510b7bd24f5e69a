using Xunit.Abstractions;
using Xunit.Sdk;

namespace WebCoord.TransactionLog.Tests;

/// <summary>Asks the class that inherits a <see cref="LogFactAttribute"/> whether it is skipped.</summary>
public sealed class LogFactDiscoverer(IMessageSink messages) : FactDiscoverer(messages)
{
    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions discoveryOptions,
        ITestMethod testMethod, IAttributeInfo factAttribute) =>
        testMethod.TestClass.Class.ToRuntimeType().GetProperty("WhySkipped")?.GetValue(null) is string why
            ? new XunitSkippedDataRowTestCase(DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(),
                discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod, why)
            : base.CreateTestCase(discoveryOptions, testMethod, factAttribute);
}
