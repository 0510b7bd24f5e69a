/** One thing that must be so, tried against a running server. It fails by throwing. */
@FunctionalInterface
interface Check {
    void run(Stage stage) throws Exception;
}
